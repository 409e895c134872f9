namespace ModelMonitor.Trainer.Networks;

/// <summary>What a hidden unit makes of its sum.</summary>
public enum Activation
{
    Relu,
    Tanh,
    Sigmoid,
}

/// <summary>Activations and their derivatives.</summary>
internal static class Activations
{
    public static double Of(Activation activation, double z) => activation switch
    {
        Activation.Relu => Math.Max(0, z),
        Activation.Tanh => Math.Tanh(z),
        _ => Sigmoid(z),
    };

    /// <summary>The derivative, out of the value: of relu 0 at 0.</summary>
    public static double Slope(Activation activation, double a) => activation switch
    {
        Activation.Relu => a > 0 ? 1 : 0,
        Activation.Tanh => 1 - (a * a),
        _ => a * (1 - a),
    };

    /// <summary>1 ÷ (1 + e⁻ᶻ), without overflow.</summary>
    public static double Sigmoid(double z) => z >= 0 ? 1 / (1 + Math.Exp(-z)) : Math.Exp(z) / (1 + Math.Exp(z));
}
