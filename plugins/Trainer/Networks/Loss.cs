namespace ModelMonitor.Trainer.Networks;

/// <summary>What a network is fitted to.</summary>
public enum Loss
{
    /// <summary>Of a probability against 1 or 0: −y·ln p − (1−y)·ln(1−p).</summary>
    LogLoss,

    /// <summary>Of one probability per class against the class's place: −ln p of the true class.</summary>
    SoftmaxCrossEntropy,

    /// <summary>(ŷ − y)².</summary>
    SquaredError,

    /// <summary>|ŷ − y|.</summary>
    AbsoluteError,
}

/// <summary>Losses of the outputs before their activation, and the derivatives by these.</summary>
internal static class Losses
{
    /// <param name="outputs">Of one row, before sigmoid or softmax.</param>
    /// <param name="label">1 or 0, the class's place, or the value.</param>
    public static double Of(Loss loss, ReadOnlySpan<double> outputs, double label) => loss switch
    {
        // ln(1 + eᶻ) − y·z, written so that neither end overflows.
        Loss.LogLoss => Math.Max(outputs[0], 0) - (outputs[0] * label) + Math.Log(1 + Math.Exp(-Math.Abs(outputs[0]))),
        Loss.SoftmaxCrossEntropy => LogSumExp(outputs) - outputs[(int)label],
        Loss.SquaredError => (outputs[0] - label) * (outputs[0] - label),
        _ => Math.Abs(outputs[0] - label),
    };

    /// <summary>∂L/∂z of one row; of the absolute error 0 where it is 0.</summary>
    public static void Slope(Loss loss, ReadOnlySpan<double> outputs, double label, Span<double> slope)
    {
        switch (loss)
        {
            case Loss.LogLoss:
                slope[0] = Activations.Sigmoid(outputs[0]) - label;
                break;
            case Loss.SoftmaxCrossEntropy:
                Softmax(outputs, slope);
                slope[(int)label] -= 1;
                break;
            case Loss.SquaredError:
                slope[0] = 2 * (outputs[0] - label);
                break;
            default:
                slope[0] = Penalty.SignOf(outputs[0] - label);
                break;
        }
    }

    /// <summary>What the model answers: a probability, one per class, or the value.</summary>
    public static void Predict(Loss loss, ReadOnlySpan<double> outputs, Span<double> into)
    {
        switch (loss)
        {
            case Loss.LogLoss: into[0] = Activations.Sigmoid(outputs[0]); break;
            case Loss.SoftmaxCrossEntropy: Softmax(outputs, into); break;
            default: into[0] = outputs[0]; break;
        }
    }

    private static double LogSumExp(ReadOnlySpan<double> outputs)
    {
        var (most, sum) = (double.NegativeInfinity, 0.0);
        foreach (var z in outputs) most = Math.Max(most, z);
        foreach (var z in outputs) sum += Math.Exp(z - most);
        return most + Math.Log(sum);
    }

    private static void Softmax(ReadOnlySpan<double> outputs, Span<double> into)
    {
        var total = LogSumExp(outputs);
        for (var k = 0; k < outputs.Length; k++) into[k] = Math.Exp(outputs[k] - total);
    }
}
