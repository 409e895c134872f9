using CsCheck;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests.Panes;

public sealed class PaneStateTests
{
    private static readonly Baseline Reference = Make.Baseline([1, 2, 3, 4, 5, 6, 7, 8], ["a", "a", "b", "b", "c", "c", "c", null], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8], 3, 5);

    private static readonly Gen<Row[]> Rows =
        (from x in Gen.OneOf(Gen.Double[0, 10], Gen.OneOf(double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1, 8))
         from c in Gen.OneOf<string?>("a", "b", "c", "z", null)
         from score in Gen.Float[0, 1]
         from labelled in Gen.Bool
         from positive in Gen.Bool
         select new Row(x, c, score, labelled, positive)).Array[0, 25];

    [Fact]
    public void Merging_is_associative_and_commutative_in_bytes() =>
        Gen.Select(Rows, Rows, Rows).Sample((a, b, c) =>
        {
            var left = Merged(Merged(State(a), State(b)), State(c));
            var right = Merged(State(a), Merged(State(c), State(b)));
            Assert.Equal(left.WriteSums(), right.WriteSums());
            Assert.Equal(left.WriteDistinctScores(), right.WriteDistinctScores());
        });

    [Fact]
    public void Nothing_added_changes_nothing() =>
        Rows.Sample(rows =>
        {
            Assert.Equal(State(rows).WriteSums(), Merged(State(rows), State([])).WriteSums());
            Assert.Equal(State(rows).WriteSums(), Merged(State([]), State(rows)).WriteSums());
        });

    [Fact]
    public void Labelled_rows_in_any_order_and_split_give_equal_bytes_and_can_be_taken_back() =>
        Gen.Select(Make.BinaryRows, Make.BinaryRows, Gen.Int[0, 1000]).Sample((kept, passing, seed) =>
        {
            (double, bool)[] all = [.. kept, .. passing];
            new Random(seed).Shuffle(all);
            var state = Labelled(all);
            Assert.Equal(Merged(Labelled(kept), Labelled(passing)).WriteSums(), state.WriteSums());
            foreach (var (score, positive) in passing) state.AddOutcome(score, positive ? 1 : 0, -1);
            Assert.Equal(Labelled(kept).WriteSums(), state.WriteSums());
            Assert.Equal(Labelled(kept).WriteDistinctScores(), state.WriteDistinctScores());
        });

    [Fact]
    public void What_was_written_is_read_back() =>
        Rows.Sample(rows =>
        {
            var state = State(rows);
            var back = PaneState.Read(state.WriteSums(), state.WriteDistinctScores());
            Assert.Equal(state.WriteSums(), back.WriteSums());
            Assert.Equal(state.WriteDistinctScores(), back.WriteDistinctScores());
            Assert.Equal((state.Rows, state.Unscored, state.LabelledRows, state.BaselineHash), (back.Rows, back.Unscored, back.LabelledRows, back.BaselineHash));
            Assert.Equal(Merged(State(rows), State(rows)).WriteSums(), Merged(back, State(rows)).WriteSums());
        });

    [Fact]
    public void A_regression_state_is_read_back_too()
    {
        var shape = Reference.Shape with { Task = TaskKind.Regression, ScoreBins = null };
        var state = PaneState.Empty("r", shape);
        state.AddOutcome(1.25, -3);
        state.AddOutcome(1e-30, 1e30);
        var back = PaneState.Read(state.WriteSums(), state.WriteDistinctScores());
        Assert.Equal(state.WriteSums(), back.WriteSums());
        Assert.Equal(2, back.LabelledRows);
        Assert.Empty(state.WriteDistinctScores());
    }

    [Fact]
    public void A_truncated_state_is_refused_at_every_length()
    {
        var state = State(Sample());
        var (sums, scores) = (state.WriteSums(), state.WriteDistinctScores());
        for (var length = 0; length < sums.Length; length++) Assert.Throws<StateFormatException>(() => PaneState.Read(sums.AsSpan(0, length)));
        for (var length = 1; length < scores.Length; length++) Assert.Throws<StateFormatException>(() => PaneState.ReadDistinctScores(scores.AsSpan(0, length)));
        Assert.Throws<StateFormatException>(() => PaneState.Read([.. sums, 0]));
    }

    [Fact]
    public void A_corrupt_state_is_refused_or_read_but_never_fills_the_memory() =>
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Byte[1, 255], Gen.Int[0, int.MaxValue], Gen.Byte).Sample((at, flip, at2, flip2) =>
        {
            var state = State(Sample());
            var (sums, scores) = (state.WriteSums(), state.WriteDistinctScores());
            foreach (var bytes in new[] { sums, scores })
            {
                bytes[at % bytes.Length] ^= flip;
                bytes[at2 % bytes.Length] ^= flip2;
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            Try(() => PaneState.Read(sums));
            Try(() => PaneState.ReadDistinctScores(scores));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
        });

    [Fact]
    public void Ten_thousand_empty_columns_of_many_bins_are_refused()
    {
        var writer = new StateWriter();
        writer.Byte(2);
        writer.Text("h");
        for (var i = 0; i < 4; i++) writer.Signed(0);
        writer.Count(10_000);
        for (var i = 0; i < 10_000; i++)
        {
            writer.Byte(0);
            writer.Byte(1);
            writer.Count(1 << 16);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<StateFormatException>(() => PaneState.Read(writer.Written.Span));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
    }

    [Fact]
    public void Another_shape_is_refused_and_leaves_the_state_as_it_was()
    {
        PaneState[] others =
        [
            State(Sample(), Reference with { Hash = "other" }),
            State(Sample(), Reference with { Shape = Reference.Shape with { Score = Make.Shape([1]) } }),
            State(Sample(), Reference with { Shape = Reference.Shape with { ScoreBins = new ScoreBins(0, 1, [0.12345], 0.3) } }),
            PaneState.Empty("h", Reference.Shape with { Task = TaskKind.Regression }),
            PaneState.Empty("h", Reference.Shape with { Features = [.. Reference.Shape.Features.Reverse()] }),
            PaneState.Empty("h", Reference.Shape with { Features = [Reference.Shape.Features[0]] }),
            PaneState.Empty("h", Reference.Shape with { Features = [Reference.Shape.Features[0], new CategoryFeatureShape("c", true, new CategoryShape(["a"], []))] }),
        ];
        Assert.All(others, other =>
        {
            var state = State(Sample());
            var (sums, scores) = (state.WriteSums(), state.WriteDistinctScores());
            Assert.Throws<ShapeMismatchException>(() => state.Merge(other));
            Assert.Equal(sums, state.WriteSums());
            Assert.Equal(scores, state.WriteDistinctScores());
        });
    }

    [Fact]
    public void A_label_that_cannot_be_counted_is_left_out_either_way()
    {
        var state = Labelled([(0.5, true)]);
        state.AddOutcome(double.NaN, 1);
        state.AddOutcome(1e80, 1);
        state.AddOutcome(0.5, double.PositiveInfinity, -1);
        Assert.Equal(Labelled([(0.5, true)]).WriteSums(), state.WriteSums());
    }

    [Fact]
    public void Every_score_is_counted_in_its_score_bin_labelled_or_not() =>
        Gen.Select(Rows, Rows).Sample((a, b) =>
        {
            var state = Merged(State(a), PaneState.Read(State(b).WriteSums()));
            var expected = new long[Make.Bins.Edges.Bins];
            foreach (var row in a.Concat(b)) expected[Make.Bins.Edges.BinOf(row.Score)]++;
            Assert.Equal(expected, state.Scored.ToArray());
        });

    [Fact]
    public void A_score_that_could_not_be_counted_with_a_label_is_not_counted_without_one()
    {
        var state = State([]);
        state.AddScored([double.NaN, double.PositiveInfinity, 1e80, 0.5], Make.Bins);
        Assert.Equal(1, state.Scored.ToArray().Sum());
        Assert.Throws<ShapeMismatchException>(() => state.AddScored([0.5], new ScoreBins(0, 1, [0.12345], 0.3)));
        var regression = PaneState.Empty("r", Reference.Shape with { Task = TaskKind.Regression, ScoreBins = null });
        regression.AddScored([0.5], Make.Bins);
        Assert.True(regression.Scored.IsEmpty);
    }

    private static Row[] Sample() => [new(1, "a", 0.25f, true, true), new(double.NaN, "z", 0.75f, true, false), new(99, null, 0.5f, true, true), new(double.PositiveInfinity, "b", 0.125f, false, false)];

    private static PaneState State(Row[] rows, Baseline? baseline = null)
    {
        var state = Make.State(
            baseline ?? Reference,
            [.. rows.Select(r => r.X)],
            [.. rows.Select(r => r.C)],
            [.. rows.Select(r => (double)r.Score)],
            rows.Where(r => r.Labelled).Select(r => ((double)r.Score, r.Positive)));
        state.AddUnscored(rows.Length / 3);
        return state;
    }

    private static PaneState Labelled(IEnumerable<(double, bool)> rows) => Make.State(Reference, [], [], [], rows);

    private static PaneState Merged(PaneState state, PaneState other)
    {
        state.Merge(other);
        return state;
    }

    private static void Try(Action read)
    {
        try
        {
            read();
        }
        catch (StateFormatException)
        {
            // Refused: what is hoped for.
        }
    }

    private sealed record Row(double X, string? C, float Score, bool Labelled, bool Positive);
}
