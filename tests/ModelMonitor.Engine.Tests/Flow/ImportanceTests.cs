using Apache.Arrow;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Engine.Tests.Flow;

public sealed class ImportanceTests
{
    private static readonly ModelOptions Options = Given.Options with { Columns = Given.Options.Columns with { Score = null }, Ignore = ["score"] };

    /// <summary>The label follows x; the carrier tells a little; nothing is told by the version.</summary>
    private static Row[] Rows(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new Row($"r{i}", Given.Noon.AddMinutes(i), null, i * 37 % 64, i % 5 == 0 ? "a" : "b", (i * 37 % 64) + (i % 5 == 0 ? 20 : 0) > 40 ? 1 : 0))];

    private static Baseline Of(ModelOptions options, params Row[][] batches) =>
        BaselineBuilder.Build(options, new Linear(), _ => batches.Select(rows => Given.Batch(rows)), CancellationToken.None);

    [Fact]
    public void The_column_that_the_score_hangs_on_comes_first_and_one_without_effect_has_no_drop()
    {
        var importance = Of(Options, Rows(500)).Importance!;
        Assert.Equal(("roc_auc", 500L, 3), (importance.Metric, importance.Rows, importance.Repeats));
        Assert.Equal(["x", "carrier", "served_by"], importance.Features.Select(f => f.Feature));
        Assert.True(importance.Features[0].Drop > 0.3);
        Assert.InRange(importance.Features[1].Drop, 0.001, 0.2);
        Assert.Equal(new FeatureImportance("served_by", 0, 0), importance.Features[2]);
        Assert.Equal((0, 2, int.MaxValue), (importance.RankOf("x"), importance.RankOf("served_by"), importance.RankOf("never")));
    }

    /// <summary>Permuting x leaves no order but the carrier's, so the AUC is about that of the carrier alone.</summary>
    [Fact]
    public void The_drop_is_about_the_metric_less_that_of_a_model_without_the_column()
    {
        var importance = Of(Options, Rows(500)).Importance!;
        var x = importance.Features[0];
        Assert.InRange(importance.Value - x.Drop, 0.45, 0.62);
        Assert.InRange(x.StandardDeviation, 0, 0.06);
    }

    [Fact]
    public void It_does_not_depend_on_how_the_file_is_cut_into_batches_and_is_the_same_every_time()
    {
        var rows = Rows(300);
        var (whole, cut) = (Of(Options, rows).Importance!, Of(Options, rows[..77], rows[77..78], rows[78..]).Importance!);
        Assert.Equal(whole.Features, cut.Features);
        Assert.Equal(whole.Value, cut.Value);
    }

    [Fact]
    public void Where_a_lower_metric_is_better_the_drop_is_its_rise()
    {
        var importance = Of(Options with { Targets = [new("brier", 0.2)] }, Rows(300)).Importance!;
        Assert.Equal("brier", importance.Metric);
        Assert.True(importance.Features[0] is { Feature: "x", Drop: > 0.1 });
    }

    [Fact]
    public void It_is_written_read_back_and_guarded_but_is_no_part_of_the_shape()
    {
        var baseline = Of(Options, Rows(300));
        var text = BaselineJson.Write(baseline);
        Assert.Equal(baseline.Importance!.Features, BaselineJson.Read(text).Importance!.Features);
        Assert.Equal(text, BaselineJson.Write(BaselineJson.Read(text)));
        Assert.Throws<BaselineFormatException>(() => BaselineJson.Read(text.Replace("\"repeats\": 3", "\"repeats\": 4", StringComparison.Ordinal)));
        Assert.Equal(baseline.Hash, BaselineJson.Read(BaselineJson.Write(baseline with { Importance = null })).Hash);
        Assert.Null(Given.Model.Baseline.Importance);
    }

    [Fact]
    public void One_class_alone_has_no_importance() => Assert.Null(Of(Options, [.. Rows(50).Select(r => r with { Label = 1 })]).Importance);

    /// <summary>x/128, plus a quarter for carrier a; `served_by` is an input without effect.</summary>
    private sealed class Linear : IScorer
    {
        public IReadOnlyList<string> InputColumns => ["x", "carrier", "served_by"];

        public string Provider => "cpu";

        public string Sha256 => "00";

        public UnscoredRow? Score(RecordBatch batch, Span<double> scores)
        {
            var (x, carrier) = ((DoubleArray)batch.Column("x"), (StringArray)batch.Column("carrier"));
            for (var row = 0; row < batch.Length; row++) scores[row] = (x.GetValue(row)!.Value / 128) + (carrier.GetString(row) == "a" ? 0.15 : 0);
            return null;
        }

        public void Dispose()
        {
        }
    }
}
