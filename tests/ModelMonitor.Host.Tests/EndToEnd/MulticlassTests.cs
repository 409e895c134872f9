using static ModelMonitor.Host.Tests.Configuration.ConfigurationText;

namespace ModelMonitor.Host.Tests.EndToEnd;

/// <summary>Settings of multiclass models.</summary>
public sealed class MulticlassTests
{
    private const string Logged = """
        models:
          m:
            version: "1"
            task: multiclass
            columns: { score: probabilities }
            reference: { train: train.arrows }

        """;

    [Fact]
    public void Classes_are_named_in_order_where_no_model_file_says_them()
    {
        Assert.Equal(["a", "b", "7"], Options(Logged + "    score: { classes: [a, b, 7] }").Models[0].Classes);
        Assert.Contains("models.m.score: must name the classes", Fault(Logged), StringComparison.Ordinal);
        Assert.Contains("each once", Fault(Logged + "    score: { classes: [a, a] }"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("    threshold: 0.5")]
    [InlineData("    label_positive: a")]
    public void What_has_a_meaning_for_two_classes_alone_is_a_fault(string line) =>
        Assert.Contains("has no meaning for a multiclass model", Fault(Logged + "    score: { classes: [a, b] }\n" + line), StringComparison.Ordinal);
}
