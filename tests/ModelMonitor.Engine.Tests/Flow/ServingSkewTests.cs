using Apache.Arrow;
using ModelMonitor.Core;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Engine.Tests.Flow;

/// <summary>Scores that the serving side logged, beside those computed here.</summary>
public sealed class ServingSkewTests
{
    private static readonly DateTimeOffset T = Given.Noon;

    private static Row[] Rows(int count) => [.. Enumerable.Range(0, count).Select(i => new Row($"{i}", T.AddSeconds(i), (i % 64) / 64.0, i % 8, i % 3 == 0 ? "a" : "b"))];

    private static async Task<Evaluation> Evaluate(Func<int, bool> wrong, params Row[] rows)
    {
        await using var monitor = new Running(Given.Model with { Scorer = new RepeatingScorer { Wrong = wrong } });
        await monitor.Predict(rows);
        return await monitor.Evaluate(T, T.AddHours(1));
    }

    [Fact]
    public async Task Rounding_is_no_difference()
    {
        var evaluation = await Evaluate(_ => false, Rows(640));
        Assert.Equal((640, 0), (evaluation.Compared, evaluation.Differing));
        Assert.DoesNotContain(evaluation.Findings, f => f.Kind == FindingKind.TrainingServingSkew);
    }

    [Fact]
    public async Task Rows_that_differ_are_counted_and_the_finding_says_how_many()
    {
        // Every eighth row is scored 0.5; every 64th of these was logged so too.
        var evaluation = await Evaluate(i => i % 8 == 0, Rows(640));
        Assert.Equal((640, 70), (evaluation.Compared, evaluation.Differing));
        var finding = Assert.Single(evaluation.Findings, f => f.Kind == FindingKind.TrainingServingSkew);
        Assert.Equal(70 / 640.0, finding.Value!.Value, 1e-12);
        Assert.Contains("640 logged scores", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(640, 9, false)]
    [InlineData(640, 10, true)]
    [InlineData(1000, 10, false)]
    [InlineData(1000, 11, true)]
    public async Task Ten_rows_and_more_than_one_in_a_hundred_make_a_finding(int count, int wrong, bool expected)
    {
        var evaluation = await Evaluate(i => i < wrong, Rows(count));
        Assert.Equal(wrong, evaluation.Differing);
        Assert.Equal(expected, evaluation.Findings.Any(f => f.Kind == FindingKind.TrainingServingSkew));
    }

    [Fact]
    public async Task Rows_without_a_logged_score_and_rows_of_another_version_are_not_compared()
    {
        var evaluation = await Evaluate(_ => true, [.. Rows(640).Select((row, i) => i % 4 == 0 ? row with { Score = null } : i % 4 == 1 ? row with { Version = "9" } : row)]);
        Assert.Equal(320, evaluation.Compared);
    }

    [Fact]
    public async Task Without_a_model_nothing_is_compared()
    {
        await using var monitor = new Running();
        await monitor.Predict(Rows(640));
        Assert.Equal(0, (await monitor.Evaluate(T, T.AddHours(1))).Compared);
    }

    [Fact]
    public async Task The_counts_are_part_of_the_state_and_of_the_JSON()
    {
        await using var monitor = new Running(Given.Model with { Scorer = new RepeatingScorer { Wrong = i => i % 8 == 0 } });
        await monitor.Predict(Rows(640));
        await monitor.Sum();
        await monitor.Predict([.. Rows(64).Select(r => r with { Id = "b" + r.Id })]);
        Assert.Contains("\"serving_skew\":{\"compared\":704,\"differing\":77,\"ratio\":0.109375}", await monitor.Json(T, T.AddHours(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_probabilities_the_one_that_differs_most_counts()
    {
        var batch = new DecodedBatch { Rows = 3, Features = [], Probabilities = [0.5, 0.25, 0.25, 1, 0, 0, double.NaN, 0, 0], Arrow = Given.Batch(Rows(3)) };
        Assert.Equal([0, 0, 2], BatchScores.Of(batch, new Same([0.5, 0.125, 0.375, 0.5, 0.25, 0.25, 0, 0, 1]), 3));
        Assert.Equal([0.125, 0.5, double.NaN], batch.ScoreDifferences!);
        var state = PaneState.Empty("h", new() { Task = TaskKind.Multiclass, Features = [], Score = new(new BinEdges([0.5, 1.5]), [], 0, 2, 1), Classes = ["a", "b", "c"], ScoreBins = new ScoreBins(0, 1, [], 0.5) });
        state.AddCompared([0.0009, 0.0011, 0.5, double.NaN], [2, 2, 2, 2], new(new BinEdges([0.5, 1.5]), [], 0, 2, 1));
        Assert.Equal((3, 2), (state.Compared, state.Differing));
    }

    private sealed class Same(double[] values) : IScorer
    {
        public IReadOnlyList<string> InputColumns => ["x"];

        public string Provider => "cpu";

        public string Sha256 => "00";

        public UnscoredRow? Score(RecordBatch batch, Span<double> scores)
        {
            values.CopyTo(scores);
            return null;
        }

        public void Dispose()
        {
        }
    }
}
