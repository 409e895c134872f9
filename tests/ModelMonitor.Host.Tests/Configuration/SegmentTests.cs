using ModelMonitor.Engine.Options;
using static ModelMonitor.Host.Tests.Configuration.ConfigurationText;

namespace ModelMonitor.Host.Tests.Configuration;

public sealed class SegmentTests
{
    [Fact]
    public void A_list_of_columns_is_all_it_takes()
    {
        var segments = Options(Samples.Least + "\n    segments: [a, b]").Models[0].Segments;
        Assert.Equal("a, b; 50; ", Text(segments));
    }

    [Fact]
    public void A_mapping_says_how_many_and_what_is_watched_in_each()
    {
        var segments = Options(Samples.Least + "\n    segments: { columns: [a], limit: 7, features: [x] }").Models[0].Segments;
        Assert.Equal("a; 7; x", Text(segments));
    }

    [Theory]
    [InlineData("segments: [timestamp]", "models.m.segments: 'timestamp' is an id, a time, a label, a score or a version: its values are no slices")]
    [InlineData("segments: [a, a]", "models.m.segments: 'a' is named more than once")]
    [InlineData("segments: { columns: [a], limit: 1001 }", "models.m.segments.limit: must be at most 1000; every value beyond it shares the slice 'other'")]
    [InlineData("segments: { limit: 5 }", "models.m.segments.columns: must name at least one column")]
    [InlineData("reference: { production: 7d }\n    segments: [a]", "models.m.segments: needs reference files: which values have a slice cannot be learned from production by this version")]
    [InlineData("segments: { columns: [a], most: 5 }", "models.m.segments.most: is no known key")]
    public void What_cannot_be_sliced_by_is_a_fault(string line, string fault) => Assert.EndsWith(fault, FaultInModel(line), StringComparison.Ordinal);

    [Theory]
    [InlineData("a=1", true)]
    [InlineData("a=*", true)]
    [InlineData("*", true)]
    [InlineData("a", false)]
    [InlineData("b=1", false)]
    public void A_rule_names_slices_that_there_are(string segment, bool isFine)
    {
        var text = $"{Samples.Least}\n    segments: [a]\nrules: {{ r: {{ metric: score_psi, above: 0.5, segment: \"{segment}\" }} }}";
        if (isFine) Assert.Equal(segment, Options(text).Rules[0].Segment);
        else Assert.EndsWith($"rules.r.segment: must be column=value, column=* or *, of a column under a model's segments; found '{segment}'", Faults(text)[0].ToString().Split("; did")[0], StringComparison.Ordinal);
    }

    private static string Text(SegmentOptions segments) => $"{string.Join(", ", segments.Columns)}; {segments.Limit}; {string.Join(", ", segments.Features)}";
}
