using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Rules;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests.FalseAlarms;

/// <summary>Thirty days of a model without drift, its day window judged by the default rules on drift.</summary>
/// <param name="Looks">Evaluations a day.</param>
/// <param name="ReferenceDays">Over how many days the reference's rows are spread.</param>
internal sealed record Month(int RowsPerDay, int Looks, long ReferenceRows, int ReferenceDays = 60, long MinRows = 0)
{
    private const int Days = 30;

    private static readonly RuleContext Context = new("roc_auc");

    private RuleDefinition[] Rules =>
    [
        new() { Name = "unstable", Metric = "score_psi", Above = 0.2, Window = "day", For = 2, MinRows = MinRows },
        new() { Name = "shifted", Metric = "psi", Feature = "inputs", Above = 0.2, Window = "day", For = 2, MinRows = MinRows },
    ];

    /// <summary>Whether one of the rules fires. The first column is the score as well.</summary>
    public bool Alarms(Random random, IReadOnlyList<Column> columns)
    {
        var (reference, baseline) = Reference(random, columns);
        var referenceViews = columns.Select((c, i) => c.View(reference[i], reference[i])).ToArray();
        var panes = columns.Select(c => Enumerable.Range(0, Looks).Select(_ => new long[c.Bins]).ToArray()).ToArray();
        var sums = columns.Select(c => new long[c.Bins]).ToArray();
        var states = Rules.Select(_ => RuleState.Initial).ToArray();
        var pane = Instant.Day / Looks;
        var psis = new (double Psi, int Bins)[columns.Count];
        for (var look = 0; look < (Days + 1) * Looks; look++)
        {
            var day = ReferenceDays + ((double)look / Looks);
            var rows = (RowsPerDay * (look % Looks + 1L) / Looks) - (RowsPerDay * (long)(look % Looks) / Looks);
            for (var c = 0; c < columns.Count; c++)
            {
                var newest = panes[c][look % Looks];
                for (var i = 0; i < newest.Length; i++) sums[c][i] -= newest[i];
                Array.Clear(newest);
                // Hour by hour at most: what changes with time must not stand still over a day.
                var steps = Math.Max(1, 24 / Looks);
                for (var step = 0; step < steps; step++)
                    columns[c].Add(random, day + ((double)step / steps / Looks), 24.0 / Looks / steps, (rows * (step + 1) / steps) - (rows * step / steps), newest);
                for (var i = 0; i < newest.Length; i++) sums[c][i] += newest[i];
            }

            // The first day only fills the window.
            if (look < Looks) continue;
            for (var c = 0; c < columns.Count; c++) psis[c] = PopulationStability.Psi(referenceViews[c], columns[c].View(sums[c], reference[c]));
            var range = new TimeRange(((look + 1) * pane) - Instant.Day, (look + 1) * pane);
            var evaluation = new Lazy<Evaluation>(() => EvaluationOf(range, psis));
            for (var r = 0; r < Rules.Length; r++)
            {
                // A limit is never below `above`, so that most windows need no evaluation.
                var largest = r == 0 ? psis[0].Psi : psis.Max(p => p.Psi);
                var verdict = largest <= 0.2 ? Quiet : RuleEvaluator.Judge(Rules[r], evaluation.Value, baseline, Context with { LooksPerWindow = Looks });
                (states[r], _) = RuleMachine.Step(Rules[r], range, Instant.Day, verdict, states[r]);
                if (states[r].Firing) return true;
            }
        }

        return false;
    }

    private static readonly RuleVerdict Quiet = new() { Outcome = RuleOutcome.Ok };

    private (long[][] Counts, Baseline Baseline) Reference(Random random, IReadOnlyList<Column> columns)
    {
        var counts = columns.Select(c => new long[c.Bins]).ToArray();
        var noise = new Dictionary<string, ValueNoise>();
        for (var c = 0; c < columns.Count; c++)
        {
            if (!columns[c].Varies)
            {
                columns[c].Add(random, 0, 1, ReferenceRows, counts[c]);
                continue;
            }

            var (codes, chunks) = (new List<int>(), new List<Range>());
            for (var day = 0; day < ReferenceDays; day++)
            {
                var own = new long[columns[c].Bins];
                for (var hour = 0; hour < 24; hour++) columns[c].Add(random, day + (hour / 24.0), 1, ReferenceRows / ReferenceDays / 24, own);
                var from = codes.Count;
                for (var i = 0; i < own.Length; i++)
                {
                    codes.AddRange(Enumerable.Repeat(i, (int)own[i]));
                    counts[c][i] += own[i];
                }

                chunks.Add(from..codes.Count);
            }

            var (column, all) = (columns[c], counts[c]);
            noise[Name(c)] = ChunkStability.Of(codes.ToArray(), chunks, all, 0, (own, _) => column.View(own, all))!;
        }

        var shape = new NumericShape(new BinEdges([]), [], 0, 1, 0.5);
        return (counts, new Baseline
        {
            Model = "m",
            Version = "1",
            ModelSha256 = "",
            Hash = "h",
            Shape = new() { Task = TaskKind.Binary, Features = [.. columns.Select((_, i) => new NumericFeatureShape(Name(i), true, shape))], Score = shape },
            ReferenceRows = counts[0].Sum(),
            Features = [],
            Score = new(0, [], 0, 1, 0, 1),
            Labels = new(0, 0, 0),
            Train = new(0, new Dictionary<string, MetricValue>()),
            Noise = noise.Count == 0 ? ReferenceNoise.None
                : new([new() { Length = Instant.Day, Chunks = ReferenceDays, ScorePsi = noise.GetValueOrDefault(Name(0)), FeaturePsi = noise, Performance = new Dictionary<string, ValueNoise>() }]),
        });
    }

    private Evaluation EvaluationOf(TimeRange range, (double Psi, int Bins)[] psis)
    {
        static IReadOnlyDictionary<string, MetricValue> Psi(double value) => new Dictionary<string, MetricValue> { ["psi"] = MetricValue.Of(value) };
        var bins = psis.Select((p, i) => (Key: Name(i), p.Bins)).Append((DriftValues.ScoreBinsKey, psis[0].Bins)).ToDictionary(x => x.Item1, x => x.Item2);
        return new()
        {
            Model = "m",
            Version = "1",
            Task = TaskKind.Binary,
            Window = "day",
            Range = range,
            Rows = RowsPerDay,
            Labelled = 0,
            PerformanceRange = range,
            PerformanceRows = 0,
            PerformanceLabelled = 0,
            Performance = new Dictionary<string, MetricValue>(),
            Drift = new(Psi(psis[0].Psi), new Dictionary<string, MetricValue>(), [.. psis.Select((p, i) => KeyValuePair.Create(Name(i), Psi(p.Psi)))]) { PsiBins = bins },
        };
    }

    private static string Name(int column) => $"c{column}";
}
