using Apache.Arrow;
using Apache.Arrow.Types;
using ModelMonitor.Engine.Options;
using static ModelMonitor.Host.Tests.Scoring.OnnxFile;

namespace ModelMonitor.Host.Tests.Scoring;

/// <summary>Inputs that are more than a column or a row of columns.</summary>
public sealed class InputShapeTests : Fixture
{
    private static readonly int[] s_any = [-1, -1];

    [Fact]
    public void A_column_of_lists_fills_as_many_places_as_its_lists_are_long()
    {
        using var scorer = Open(Options(Weighted(3), "v"));
        foreach (var column in new IArrowArray[] { Fixed([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), Lists([[1, 2, 3], [4, 5, 6], [7, 8, 9]]) })
        {
            using var batch = Batch(("v", column));
            Assert.Equal([123, 456, 789], Score(scorer, batch));
            Assert.Equal([456, 789], Score(scorer, batch.Slice(1, 2)));
        }
    }

    [Fact]
    public void Lists_and_numbers_stand_beside_each_other_in_the_configured_order()
    {
        using var scorer = Open(Options(Weighted(4), "a", "v", "b"));
        Assert.Equal([1234, 5678], Score(scorer, Batch(("v", Fixed([[2, 3], [6, 7]])), ("a", Longs(1, 5)), ("b", Floats(4, 8)))));
        Assert.Equal("column 'a', 'v', 'b': input 'x' takes 4 numbers a row, they hold 5", Refusal(() => Score(scorer, Batch(("v", Fixed([[2, 3, 4]])), ("a", Longs(1)), ("b", Floats(4))))));
    }

    [Fact]
    public void Of_open_width_an_input_is_as_wide_as_its_lists()
    {
        using var scorer = Open(Options(Model([Tensor("x", F32, s_any)], [Tensor("y", F32, -1, 1)], [Node("ReduceSum", ["x", "one"], ["y"])], Whole("one", 1)), "v"));
        Assert.Equal([6, 15], Score(scorer, Batch(("v", Fixed([[1, 2, 3], [4, 5, 6]])))));
        Assert.Equal([3], Score(scorer, Batch(("v", Fixed([[1, 2]])))));
        Assert.Equal("column 'v': its lists have no fixed length, and the model does not say how many numbers input 'x' takes", Refusal(() => Score(scorer, Batch(("v", Lists([[1]]))))));
    }

    [Fact]
    public void A_list_of_another_length_leaves_its_row_without_a_score_and_says_why()
    {
        using var scorer = Open(Options(Weighted(3), "v"));
        var scores = new double[3];
        var first = scorer.Score(Batch(("v", Lists([[1, 2, 3], [4, 5], [7, 8, 9]]))), scores);
        Assert.Equal([123, double.NaN, 789], scores);
        Assert.Equal("column 'v', row 1: a list of 2, and input 'x' takes 3", first!.ToString());
        Assert.Equal([123, double.NaN], Score(scorer, Batch(("v", Lists([[1, 2, 3], null])))));
    }

    [Fact]
    public void More_dimensions_are_filled_row_by_row()
    {
        var model = Model([Tensor("x", F32, -1, 2, 2)], [Tensor("y", F32, -1, 1)], [Node("Flatten", ["x"], ["f"]), Node("MatMul", ["f", "w"], ["y"])], Weights("w", [4, 1], 1000, 100, 10, 1));
        Assert.Equal([1234, 5678], Score(Options(model, "v"), ("v", Fixed([[1, 2, 3, 4], [5, 6, 7, 8]]))));
        Assert.Equal([1234], Score(Options(model, "a", "b", "c", "d"), ("a", Longs(1)), ("b", Longs(2)), ("c", Longs(3)), ("d", Longs(4))));
    }

    [Fact]
    public void A_model_of_one_row_at_a_time_is_run_once_a_row()
    {
        var model = Options(Model([Tensor("x", F32, 1, 3)], [Tensor("y", F32, 1)], [Node("MatMul", ["x", "w"], ["m"]), Node("Squeeze", ["m"], ["y"])], Weights("w", [3, 1], 100, 10, 1)), "v");
        Assert.Equal([123, 456], Score(model, ("v", Fixed([[1, 2, 3], [4, 5, 6]]))));
    }

    [Fact]
    public void A_configured_default_stands_in_for_a_null()
    {
        var whole = Options(Model([Tensor("x", I64, -1, 2)], [Tensor("y", F32, -1, 1)],
            [Node("Cast", ["x"], ["c"], Attribute("to", (long)F32)), Node("MatMul", ["c", "w"], ["y"])], Weights("w", [2, 1], 10, 1)));
        (string, IArrowArray)[] columns = [("a", Longs(1, null)), ("b", Longs(null, 2))];
        Assert.Equal([17, 72], Score(whole with { Inputs = [new("x", ["a", "b"]) { Default = "7" }] }, columns));
        Assert.Equal([19, 72], Score(whole with { Inputs = [new("x", ["a", "b"]) { Default = "7", Defaults = new Dictionary<string, string> { ["b"] = "9" } }] }, columns));
        Assert.Equal([double.NaN, 72], Score(whole with { Inputs = [new("x", ["a", "b"]) { Defaults = new Dictionary<string, string> { ["a"] = "7" } }] }, columns));
        Assert.EndsWith("input 'x' of type int64 cannot be '0.5', the default of column 'a'; input 'x' of type int64 cannot be '0.5', the default of column 'b'",
            Refusal(() => Open(whole with { Inputs = [new("x", ["a", "b"]) { Default = "0.5" }] })), StringComparison.Ordinal);

        var real = Options(Model([Tensor("x", F32, -1, 1)], [Tensor("y", F32, -1, 1)], [Node("Identity", ["x"], ["y"])])) with { Inputs = [new("x", ["a"]) { Default = "-1" }] };
        Assert.Equal([2, -1], Score(real, ("a", Floats(2, null))));
        var text = Options(Model([Tensor("x", Str, -1, 1)], [Tensor("y", Str, -1, 1)], [Node("Identity", ["x"], ["y"])])) with { Inputs = [new("x", ["a"]) { Default = "1" }] };
        Assert.Equal([0, 1], Score(text, ("a", Texts("0", null))));
    }

    [Fact]
    public void The_first_row_that_cannot_be_scored_is_named_with_its_column_in_whatever_tile_it_lies()
    {
        using var scorer = Open(Options(Model([Tensor("x", I64, -1, 1)], [Tensor("y", F32, -1, 1)], [Node("Cast", ["x"], ["y"], Attribute("to", (long)F32))])));
        long?[] values = [.. Enumerable.Range(0, 9000).Select(i => (long?)i)];
        (values[5000], values[8000]) = (null, null);
        var scores = new double[9000];
        Assert.Equal("column 'a', row 5000: null, and input 'x' of type int64 has neither NaN nor a default", scorer.Score(Batch(("a", Longs(values))), scores)!.ToString());
        Assert.Equal([5000, 8000], Enumerable.Range(0, 9000).Where(row => double.IsNaN(scores[row])));
        Assert.Equal("column 'a', row 1: 2.5 does not fit input 'x' of type int64", scorer.Score(Batch(("a", Doubles(1, 2.5))), scores)!.ToString());
        Assert.Null(scorer.Score(Batch(("a", Longs(1, 2))), scores));
    }

    [Fact]
    public void An_input_may_get_one_value_for_every_row()
    {
        // A scalar, as audio models take their sample rate, and one value a row.
        var scalar = Model([Tensor("x", F32, -1, 1), Tensor("s", F32)], [Tensor("y", F32, -1, 1)], [Node("Mul", ["x", "s"], ["y"])]);
        var rows = Model([Tensor("x", F32, -1, 1), Tensor("s", F32, -1, 1)], [Tensor("y", F32, -1, 1)], [Node("Mul", ["x", "s"], ["y"])]);
        foreach (var model in new[] { scalar, rows })
        {
            var options = Options(model) with { Inputs = [new("x", ["a"]), new("s", []) { Value = "10" }] };
            Assert.Equal([10, 20, 30], Score(options, ("a", Floats(1, 2, 3))));
            Assert.EndsWith("input 's' of type float cannot be 'ten'", Refusal(() => Open(options with { Inputs = [new("x", ["a"]), new("s", []) { Value = "ten" }] })), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_input_with_a_default_in_the_file_may_be_left_out_or_filled()
    {
        var model = Options(Model([Tensor("x", F32, -1, 1), Tensor("s", F32, 1)], [Tensor("y", F32, -1, 1)], [Node("Mul", ["x", "s"], ["y"])], Weights("s", [1], 3)));
        Assert.Equal([6], Score(model, ("a", Floats(2))));
        Assert.Equal([10], Score(model with { Inputs = [new("x", ["a"]), new("s", []) { Value = "5" }] }, ("a", Floats(2))));
    }

    [Fact]
    public void A_model_that_carries_a_state_is_refused_with_the_reason()
    {
        var model = Options(Model([Tensor("x", F32, -1, 1), Tensor("h", F32, 2, 1, 64)], [Tensor("y", F32, -1, 1), Tensor("hn", F32, 2, 1, 64)],
            [Node("Identity", ["x"], ["y"]), Node("Identity", ["h"], ["hn"])])) with
        { ScoreOutput = "y" };
        Assert.Equal($"{model.Onnx}: is stateful: input 'h' takes what output 'hn' gave for the rows before, and a monitor that gets rows in any order has no rows before", Refusal(() => Open(model)));
    }

    [Fact]
    public void Several_hundred_inputs_are_filled_each_from_its_column()
    {
        string[] names = [.. Enumerable.Range(0, 400).Select(i => $"c{i}")];
        var model = Options(Model([.. names.Select(name => Tensor(name, F32, -1, 1))], [Tensor("y", F32, -1, 1)], [Node("Sum", names, ["y"])])) with { Inputs = [.. names.Select(name => new ModelInput(name, [name]))] };
        Assert.Equal([79800, 80200], Score(model, [.. names.Select((name, i) => (name, (IArrowArray)Longs(i, i + 1)))]));
    }

    [Fact]
    public void Rows_cost_no_managed_memory()
    {
        using var scorer = Open(Options(Weighted(4), "a", "b", "c", "d"));
        RecordBatch Of(int rows)
        {
            var truths = new BooleanArray.Builder();
            for (var row = 0; row < rows; row++) truths.Append(row % 2 == 0);
            return Batch(("a", Floats([.. Enumerable.Range(0, rows).Select(i => (float?)i)])), ("b", Longs([.. Enumerable.Range(0, rows).Select(i => i % 3 == 0 ? null : (long?)i)])), ("c", truths.Build()), ("d", new NullArray(rows)));
        }

        long Allocated(RecordBatch batch)
        {
            var scores = new double[batch.Length];
            for (var i = 0; i < 3; i++) scorer.Score(batch, scores);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 20; i++) scorer.Score(batch, scores);
            return (GC.GetAllocatedBytesForCurrentThread() - before) / 20;
        }

        // The same tile holds 4 000 rows as it holds 40; what a call costs is what its few objects cost.
        var (few, many) = (Allocated(Of(40)), Allocated(Of(4000)));
        Assert.InRange(many - few, -512, 512);
        Assert.InRange(many, 0, 8192);
    }

    [Fact]
    public async Task A_scorer_disposed_while_it_scores_goes_after_the_last_call()
    {
        var scorer = Open(Options(Weighted(1), "a"));
        using var batch = Batch(("a", Floats([.. Enumerable.Range(0, 20000).Select(i => (float?)i)])));
        using var started = new CountdownEvent(3);
        var calls = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            var scores = new double[batch.Length];
            var done = 0;
            started.Signal();
            while (true)
            {
                try
                {
                    scorer.Score(batch, scores);
                }
                catch (ObjectDisposedException)
                {
                    return done;
                }

                Assert.Equal(19999, scores[19999]);
                done++;
            }
        })).ToArray();
        started.Wait(TestContext.Current.CancellationToken);
        while (!calls.All(call => call.Status == TaskStatus.Running)) await Task.Yield();
        scorer.Dispose();
        await Task.WhenAll(calls);
        Assert.Throws<ObjectDisposedException>(() => scorer.Score(batch, new double[batch.Length]));
    }

    /// <summary>Σ 10^(width − 1 − i)·xᵢ: the digits of the score are the row.</summary>
    private static byte[] Weighted(int width) =>
        Model([Tensor("x", F32, -1, width)], [Tensor("y", F32, -1, 1)], [Node("MatMul", ["x", "w"], ["y"])], Weights("w", [width, 1], [.. Enumerable.Range(0, width).Select(i => MathF.Pow(10, width - 1 - i))]));

    private static FixedSizeListArray Fixed(float[][] rows)
    {
        var builder = new FixedSizeListArray.Builder(FloatType.Default, rows[0].Length);
        var values = (FloatArray.Builder)builder.ValueBuilder;
        foreach (var row in rows)
        {
            builder.Append();
            values.AppendRange(row);
        }

        return builder.Build();
    }

    private static ListArray Lists(float[]?[] rows)
    {
        var builder = new ListArray.Builder(FloatType.Default);
        var values = (FloatArray.Builder)builder.ValueBuilder;
        foreach (var row in rows)
        {
            if (row is null)
            {
                builder.AppendNull();
                continue;
            }

            builder.Append();
            values.AppendRange(row);
        }

        return builder.Build();
    }
}
