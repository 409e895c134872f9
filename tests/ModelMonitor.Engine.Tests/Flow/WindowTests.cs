using CsCheck;
using ModelMonitor.Core;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Tests.Flow;

public sealed class WindowTests
{
    private static readonly DateTimeOffset T = Given.Noon;

    private static readonly Gen<Row[]> Rows = Gen.Select(Gen.Int[0, 63], Gen.Int[0, 7], Gen.Int[0, 40 * 60], Gen.Int[-1, 1], Gen.Int[0, 3])
        .Array[1, 40]
        .Select(all => all.Select((r, i) => new Row($"{i}", T.AddMinutes(r.Item3 - (40 * 60)), r.Item1 / 64.0, r.Item2, "abz"[r.Item2 % 3].ToString(), r.Item4 < 0 ? null : r.Item4, T.AddMinutes(r.Item5))).ToArray());

    private static readonly Gen<Truth[]> Truths = Gen.Select(Gen.Int[0, 45], Gen.Int[0, 1], Gen.Int[0, 3]).Array[0, 40]
        .Select(all => all.Select(t => new Truth($"{t.Item1}", t.Item2, T.AddMinutes(t.Item3))).ToArray());

    [Fact]
    public void Any_order_any_splitting_and_summing_at_any_moment_give_the_same_evaluation_to_the_last_character() =>
        Gen.Select(Rows, Truths, Gen.Int[0, 1_000_000]).Sample(
            (rows, truths, seed) =>
            {
                var range = (T.AddDays(-2), T.AddDays(1));
                var whole = Run(async m => { await m.Predict(rows); await m.Tell(truths); return await m.Json(range.Item1, range.Item2); });
                var shuffled = Run(async m =>
                {
                    var random = new Random(seed);
                    object[] all = [.. rows, .. truths];
                    random.Shuffle(all);
                    for (var at = 0; at < all.Length;)
                    {
                        var some = all.Skip(at).Take(random.Next(1, 8)).ToArray();
                        at += some.Length;
                        if (some.OfType<Truth>().ToArray() is { Length: > 0 } labels) await m.Tell(labels);
                        if (some.OfType<Row>().ToArray() is { Length: > 0 } predictions) await m.Predict(predictions);
                        if (random.Next(4) == 0) await m.Sum();
                    }

                    return await m.Json(range.Item1, range.Item2);
                });
                Assert.Equal(whole, shuffled);
            },
            iter: 60);

    [Fact]
    public void A_window_holds_what_a_recount_of_the_raw_rows_holds() =>
        Gen.Select(Rows, Gen.Int[-600, 300], Gen.Int[1, 500], Gen.Bool).Sample(
            (rows, start, length, sum) =>
            {
                var (from, to) = (T.AddMinutes(5 * start), T.AddMinutes(5 * (start + length)));
                var evaluation = Run(async m =>
                {
                    await m.Predict(rows);
                    if (sum) await m.Sum();
                    return await m.Evaluate(from, to);
                });
                var inside = rows.Where(r => r.Time >= from && r.Time < to).ToArray();
                Assert.Equal(inside.Length, evaluation.Rows);
                Assert.Equal(inside.Count(r => r.Label is not null), evaluation.Labelled);
                Assert.Equal(inside.Count(r => r.Label == 1), evaluation.LabelledPositives);
                Assert.Equal(inside.Length == 0 ? null : inside.Max(r => r.Score), evaluation.ScoreMaximum);
            },
            iter: 60);

    [Fact]
    public void Parts_cover_each_pane_exactly_once_with_the_coarsest_level_that_fits_also_before_1970() =>
        Gen.Select(Gen.Int[-3000, 3000], Gen.Int[0, 3000]).Sample((start, length) =>
        {
            const long Pane = 300 * Instant.Second;
            var range = new TimeRange(start * Pane, (start + length) * Pane);
            var covered = new List<long>();
            foreach (var (level, from, to) in WindowReader.Parts(range).Where(p => p.Level != StateLevel.Delta))
            {
                var step = level switch { StateLevel.Day => Instant.Day, StateLevel.Hour => Instant.Hour, _ => Pane };
                Assert.Equal((0, 0), (from % step, to % step));
                // A stretch of the level is read where it starts inside: all its panes, and no others.
                for (var stretch = from; stretch < to; stretch += step)
                    covered.AddRange(Enumerable.Range(0, (int)(step / Pane)).Select(i => stretch + (i * Pane)).Where(p => DeltaSummer.StartOf(p, level) == stretch));
            }

            Assert.Equal(Enumerable.Range(0, length).Select(i => range.Start + (i * Pane)), covered);
            Assert.Equal([(StateLevel.Delta, range.Start, range.End)], WindowReader.Parts(range).Where(p => p.Level == StateLevel.Delta));
        });

    private static TResult Run<TResult>(Func<Running, Task<TResult>> does) => Task.Run(async () =>
    {
        await using var monitor = new Running();
        return await does(monitor);
    }).GetAwaiter().GetResult();
}
