using System.Reflection;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Engine.Tests.Intake;

namespace ModelMonitor.Engine.Tests.Flow;

/// <summary>Every kind of finding is made by rows that come in, and by none that are as the reference.</summary>
public sealed class FindingKindTests
{
    private const int Count = 1280;
    private static readonly DateTimeOffset T = Given.Noon;

    /// <summary>As the reference: of ten rows below a score of a half two are positive, of ten above it eight.</summary>
    private static readonly Row[] s_asReference = [.. Enumerable.Range(0, Count).Select(i =>
        new Row($"{i}", T.AddSeconds(i), (i % 64) / 64.0, i % 8, i % 3 == 0 ? "a" : "b", (i % 64 >= 32) == (i / 64 % 10 < 8) ? 1 : 0))];

    private static readonly Dictionary<string, Func<Task<Evaluation>>> s_lives = new()
    {
        [FindingKind.Overfitting] = () => Evaluate(new Running(Given.ModelOf(Given.Options, overfitted: true)), s_asReference),
        [FindingKind.Underfitting] = () => Evaluate(new Running(Given.ModelOf(Given.Options with { Targets = [new("roc_auc", 0.95)] })), s_asReference),
        [FindingKind.Decay] = () => Each((row, i) => row with { Label = i % 10 < 3 ? 1 - row.Label : row.Label }),
        [FindingKind.UnstableFeature] = () => Each((row, i) => row with { X = 7 }),
        [FindingKind.UnstableScore] = () => Each((row, i) => row with { Score = row.Score / 2 }),
        [FindingKind.NoDiscrimination] = () => Each((row, i) => row with { Label = i / 64 % 2 }),
        [FindingKind.InvertedScores] = () => Each((row, i) => row with { Label = 1 - row.Label }),
        [FindingKind.ConstantScore] = () => Each((row, i) => row with { Score = 0.25 }),
        [FindingKind.OneClass] = () => Each((row, i) => row with { Label = 0 }),
        [FindingKind.LabelShift] = () => Each((row, i) => row with { Label = i % 10 == 0 ? 1 : 0 }),
        [FindingKind.DataQuality] = () => Each((row, i) => row with { X = i % 4 == 0 ? null : row.X }),
        [FindingKind.TrainingServingSkew] = () => Evaluate(new Running(Given.Model with { Scorer = new RepeatingScorer { Wrong = i => i % 50 == 0 } }), s_asReference),
        [FindingKind.SchemaChanged] = async () =>
        {
            var monitor = new Running();
            await monitor.Ingest.PredictionsAsync(monitor.Serving, [Streams.Batch(("score", Streams.Doubles(0.5)), ("x", Streams.Doubles(1)), ("carrier", Streams.Strings("a")), ("tail", Streams.Strings("N1")))], null);
            return await Evaluate(monitor, s_asReference);
        },
        [FindingKind.UnknownVersion] = () => Each((row, i) => row with { Version = i == 7 ? "2" : null }),
        [FindingKind.CalibrationLost] = () => Each((row, i) => row with { Label = 1 - row.Label }),
    };

    public static TheoryData<string> Kinds => [.. FindingKind.All];

    private static Task<Evaluation> Each(Func<Row, int, Row> changed) => Evaluate(new Running(), [.. s_asReference.Select(changed)]);

    private static async Task<Evaluation> Evaluate(Running monitor, Row[] rows)
    {
        await using (monitor)
        {
            monitor.Clock.Advance(TimeSpan.FromMinutes(1));
            await monitor.Predict(rows);
            return await monitor.Evaluate(T, T.AddHours(3));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_kind_is_found_where_it_is_so(string kind)
    {
        var finding = (await s_lives[kind]()).Findings.First(f => f.Kind == kind);
        Assert.True(finding.Confirmed, finding.Message);
        Assert.EndsWith(".", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task None_is_found_in_rows_that_are_as_the_reference() => Assert.Empty((await Evaluate(new Running(), s_asReference)).Findings);

    [Fact]
    public void All_kinds_are_listed() => Assert.Equal(
        typeof(FindingKind).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!).Order(),
        FindingKind.All.Order());
}
