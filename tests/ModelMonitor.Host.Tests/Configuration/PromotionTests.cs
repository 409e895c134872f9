using static ModelMonitor.Host.Tests.Configuration.ConfigurationText;

namespace ModelMonitor.Host.Tests.Configuration;

/// <summary>What `promotion` says.</summary>
public sealed class PromotionTests
{
    private const string Model = "models:\n  m:\n    version: \"1\"\n    task: binary\n    onnx: model.onnx\n    inputs: { x: [a, b] }\n    reference: { train: train.arrows, holdout: holdout.arrows }\n    capture: on\n    ";

    [Fact]
    public void Promotion_is_manual_unless_it_says_automatic_and_what_must_be_shown_can_be_said()
    {
        Assert.False(Options(Model).Models[0].Promotion.Automatic);
        Assert.True(Options(Model + "promotion: automatic").Models[0].Promotion.Automatic);
        Assert.False(Options(Model + "promotion: manual").Models[0].Promotion.Automatic);
        var promotion = Options(Model + "promotion: { mode: automatic, margin: 0.01, validate_rows: 500, shadow: 2d, shadow_rows: 10, watch: 3d }").Models[0].Promotion;
        Assert.Equal((true, 0.01, 0.01, 500, TimeSpan.FromDays(2), 10, TimeSpan.FromDays(3)), (promotion.Automatic, promotion.ProductionMargin, promotion.HoldoutMargin, promotion.ValidateRows, promotion.Shadow, promotion.ShadowRows, promotion.Watch));
        Assert.Equal((0.01, -0.2), (Options(Model + "promotion: { margin: 0.01, holdout_margin: -0.2 }").Models[0].Promotion is var p ? (p.ProductionMargin, p.HoldoutMargin) : default));
    }

    [Theory]
    [InlineData("    capture: on\n", "", "models.m.promotion: needs capture")]
    [InlineData(", holdout: holdout.arrows", "", "models.m.promotion: needs reference.holdout")]
    [InlineData("onnx: model.onnx\n    inputs: { x: [a, b] }", "columns: { score: p }", "models.m.promotion: needs onnx")]
    [InlineData("promotion: automatic", "promotion: soon", "must be one of manual, automatic")]
    [InlineData("promotion: automatic", "promotion: { accept: dya }", "models.m.promotion.accept: there is no window 'dya'; did you mean 'day'?")]
    [InlineData("promotion: automatic", "promotion: { validate_rows: 10 }", "models.m.promotion.validate_rows: must be a whole number of at least 60")]
    public void What_could_never_be_shown_is_a_fault(string text, string instead, string fault)
    {
        var configuration = Model + "promotion: automatic";
        Assert.Contains(text, configuration, StringComparison.Ordinal);
        Assert.Contains(fault, Fault(configuration.Replace(text, instead, StringComparison.Ordinal)), StringComparison.Ordinal);
    }
}
