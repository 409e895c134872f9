using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Configuration;

/// <summary>Binds a model's `promotion`: `manual`, `automatic`, or a mapping.</summary>
internal static class PromotionBinder
{
    public static PromotionOptions Bind(Section model)
    {
        if (model.Node("promotion") is YamlScalar) return new PromotionOptions { Automatic = model.Word("promotion", "manual", "automatic") == "automatic" };
        var section = model.Child("promotion", Shapes.Promotion);
        var defaults = new PromotionOptions();
        var margin = section.Number("margin") ?? defaults.ProductionMargin;
        var promotion = new PromotionOptions
        {
            Automatic = section.Word("mode", "manual", "automatic") == "automatic",
            ProductionMargin = margin,
            HoldoutMargin = section.Number("holdout_margin") ?? margin,
            ValidateRows = (int)(section.Integer("validate_rows", 60) ?? defaults.ValidateRows),
            Shadow = section.Duration("shadow") ?? defaults.Shadow,
            ShadowRows = (int)(section.Integer("shadow_rows", 0) ?? defaults.ShadowRows),
            Watch = section.Duration("watch") ?? defaults.Watch,
            Accept = section.Text("accept"),
        };
        section.Close();
        return promotion;
    }

    /// <summary>What is asked of a challenger must be possible to show.</summary>
    public static void Check(Section model, ModelOptions options)
    {
        if (!model.Has("promotion")) return;
        if (options.Capture is null) model.Fault("promotion", "needs capture: a challenger is judged by rows of production that were held back");
        if (options.Onnx is null) model.Fault("promotion", "needs onnx: where the data carry their own scores no other version can be scored");
        if (options.Reference?.Holdout is null) model.Fault("promotion", "needs reference.holdout: a challenger must beat the version that serves on it");
    }
}
