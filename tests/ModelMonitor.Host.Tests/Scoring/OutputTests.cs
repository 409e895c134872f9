using ModelMonitor.Core;
using ModelMonitor.Engine.Options;
using static ModelMonitor.Host.Tests.Scoring.OnnxFile;

namespace ModelMonitor.Host.Tests.Scoring;

/// <summary>Where in a model's output the score is found.</summary>
public sealed class OutputTests : Fixture
{
    [Fact]
    public void Without_class_labels_the_second_column_is_class_1()
    {
        var model = Options(Same(2), "a", "b");
        (string, Apache.Arrow.IArrowArray)[] columns = [("a", Floats(0.25f, 0.5f)), ("b", Floats(0.75f, 0.125f))];
        Assert.Equal([0.75, 0.125], Score(model, columns));
        Assert.Equal([0.75, 0.125], Score(model with { ScorePositive = null }, columns));
        Assert.Equal([0.25, 0.5], Score(model with { ScorePositive = LabelValue.From(0) }, columns));
        Assert.EndsWith("output 'y' has two columns, and the model does not say which class is 'yes'; only 0 (the first) and 1 (the second) can be told without",
            Refusal(() => Open(model with { ScorePositive = new("yes") })), StringComparison.Ordinal);
        Assert.EndsWith("output 'y' has 2 values per row; a regression has one",
            Refusal(() => Open(model with { Task = TaskKind.Regression, ScorePositive = null })), StringComparison.Ordinal);
    }

    [Fact]
    public void More_columns_need_class_labels()
    {
        Assert.EndsWith("output 'y' has 3 columns, and the model does not say which class each is",
            Refusal(() => Open(Options(Same(3), "a", "b", "c"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Class_labels_of_the_graph_tell_the_column()
    {
        var model = Options(Classifier(Attributes("classlabels_strings", "no", "yes", "later"), 3)) with { ScoreOutput = "p" };
        foreach (var (positive, expected) in new[] { ("no", 1.0), ("yes", 2.0), ("later", 3.0) })
            Assert.Equal([expected], Score(model with { ScorePositive = new(positive) }, ("a", Floats(1))));
        Assert.EndsWith("output 'p' has classes 'no', 'yes', 'later'; the positive one is configured as '1'", Refusal(() => Open(model)), StringComparison.Ordinal);

        var numbered = Options(Classifier(Attributes("classlabels_ints", 1L, 0L), 2)) with { ScoreOutput = "p" };
        Assert.Equal([1], Score(numbered, ("a", Floats(1))));
        Assert.Equal([2], Score(numbered with { ScorePositive = LabelValue.From(0) }, ("a", Floats(1))));
    }

    [Fact]
    public void A_sequence_of_maps_is_read_by_the_key_of_the_positive_class()
    {
        var model = Options(Classifier(Attributes("classlabels_strings", "no", "yes"), 2, zip: true)) with { ScoreOutput = "z" };
        Assert.Equal([2, 4], Score(model with { ScorePositive = new("yes") }, ("a", Floats(1, 2))));
        Assert.Equal([1, 2], Score(model with { ScorePositive = new("no") }, ("a", Floats(1, 2))));
        Assert.Equal([2, 4], Score(model with { ScorePositive = null }, ("a", Floats(1, 2))));
        Assert.EndsWith("output 'z' has classes 'no', 'yes'; the positive one is configured as '1'", Refusal(() => Open(model)), StringComparison.Ordinal);
    }

    [Fact]
    public void One_value_per_row_is_the_score_itself_in_float_or_double()
    {
        Assert.Equal([0.1], Score(Options(Model([Tensor("x", F64, -1, 1)], [Tensor("y", F64, -1, 1)], [Node("Identity", ["x"], ["y"])])), ("a", Doubles(0.1))));
        Assert.Equal([(double)0.1f], Score(Options(Same(1)), ("a", Doubles(0.1))));
        Assert.Equal([3], Score(Options(Model([Tensor("x", F32, -1)], [Tensor("y", F32, -1)], [Node("Identity", ["x"], ["y"])])), ("a", Doubles(3))));
    }

    [Fact]
    public void What_comes_back_counts_and_not_what_is_declared()
    {
        var summed = Model([Tensor("x", F32, -1, 1)], [Tensor("y", F32)], [Node("ReduceMean", ["x"], ["y"], Attribute("keepdims", 0L))]);
        Assert.EndsWith("output 'y' came back as [] for 2 rows; one score, or one per class, is needed for each row", Refusal(() => Open(Options(summed))), StringComparison.Ordinal);
        var wide = Model([Tensor("x", I64, -1, 2)], [Tensor("y", I64, -1, 1)], [Node("Identity", ["x"], ["y"])]);
        Assert.EndsWith("output 'y' has 2 int64 values per row; a label is one", Refusal(() => Open(Options(wide, "a", "b"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Several_outputs_need_a_name_and_the_name_must_be_one_of_them()
    {
        var heads = Options(Model([Tensor("x", F32, -1, 1)], [Tensor("u", F32, -1, 1), Tensor("v", F32, -1, 1)], [Node("Neg", ["x"], ["u"]), Node("Identity", ["x"], ["v"])]));
        Assert.EndsWith("name the output that carries the score; the model's outputs: 'u' tensor(float), 'v' tensor(float)", Refusal(() => Open(heads)), StringComparison.Ordinal);
        Assert.EndsWith("no output 'q'; the model's outputs: 'u' tensor(float), 'v' tensor(float)", Refusal(() => Open(heads with { ScoreOutput = "q" })), StringComparison.Ordinal);
        Assert.Equal([-2], Score(heads with { ScoreOutput = "u" }, ("a", Floats(2))));
        Assert.Equal([2], Score(heads with { ScoreOutput = "v" }, ("a", Floats(2))));
    }

    [Fact]
    public void Beside_a_label_one_tensor_or_sequence_of_probabilities_needs_no_name()
    {
        Assert.Equal([4], Score(Options(Classifier(Attributes("classlabels_ints", 0L, 1L), 2)), ("a", Floats(2))));
        Assert.Equal([4], Score(Options(Classifier(Attributes("classlabels_ints", 0L, 1L), 2, zip: true)), ("a", Floats(2))));
        Assert.EndsWith("no output 'q'; the model's outputs: 'l' tensor(string), 'z' sequence of map",
            Refusal(() => Open(Options(Classifier(Attributes("classlabels_strings", "a", "b"), 2, zip: true)) with { ScoreOutput = "q" })), StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_alone_scores_1_for_the_positive_class_and_0_for_others()
    {
        foreach (var type in new[] { I8, I16, I32, I64, U8, U16, U32, U64 })
        {
            var whole = Options(Model([Tensor("x", type, -1, 1)], [Tensor("y", type, -1, 1)], [Node("Identity", ["x"], ["y"])]));
            Assert.Equal([0, 1, 0], Score(whole, ("a", Longs(0, 1, 2))));
            Assert.Equal([0, 0, 1], Score(whole with { ScorePositive = LabelValue.From(2) }, ("a", Longs(0, 1, 2))));
            Assert.Equal([0, 1, 2], Score(whole with { Task = TaskKind.Regression, ScorePositive = null }, ("a", Longs(0, 1, 2))));
        }

        var text = Options(Model([Tensor("x", Str, -1, 1)], [Tensor("y", Str, -1, 1)], [Node("Identity", ["x"], ["y"])])) with { ScorePositive = new("ja") };
        Assert.Equal([1, 0], Score(text, ("a", Texts("ja", "nein"))));
        Assert.EndsWith("is a tensor(string); a regression's is of numbers", Refusal(() => Open(text with { Task = TaskKind.Regression, ScorePositive = null })), StringComparison.Ordinal);
        using var classes = Open(text with { Task = TaskKind.Multiclass, ScorePositive = null, Classes = ["ja", "nein"] });
        var probabilities = new double[6];
        classes.Score(Batch(("a", Texts("nein", "ja", "vielleicht"))), probabilities);
        Assert.Equal([0, 1, 1, 0, double.NaN, double.NaN], probabilities);

        var truth = Options(Model([Tensor("x", Truth, -1)], [Tensor("y", Truth, -1)], [Node("Identity", ["x"], ["y"])]));
        Assert.Equal([0, 1], Score(truth, ("a", Longs(0, 1))));
        Assert.Equal([1, 0], Score(truth with { ScorePositive = new("false") }, ("a", Longs(0, 1))));
    }

    [Fact]
    public void Logits_become_probabilities_where_that_is_declared()
    {
        static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
        var one = Options(Same(1)) with { ScoreActivation = ScoreActivation.Sigmoid };
        Assert.Equal([Sigmoid(2), Sigmoid(-3), 0, 1], Score(one, ("a", Doubles(2, -3, -1e30, 1e30))), (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.EndsWith("output 'y' has one value per row; a softmax is taken over several, sigmoid over one", Refusal(() => Open(one with { ScoreActivation = ScoreActivation.Softmax })), StringComparison.Ordinal);
        var two = Options(Same(2), "a", "b") with { ScoreActivation = ScoreActivation.Softmax };
        Assert.Equal([Sigmoid(1), 1, 0.5], Score(two, ("a", Doubles(1, -900, 7)), ("b", Doubles(2, 900, 7))), (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.Equal([Sigmoid(2)], Score(two with { ScoreActivation = ScoreActivation.Sigmoid }, ("a", Doubles(1)), ("b", Doubles(2))), (a, b) => Math.Abs(a - b) < 1e-15);

        using var three = Open(Options(Same(3), "a", "b", "c") with { Task = TaskKind.Multiclass, ScorePositive = null, Classes = ["u", "v", "w"], ScoreActivation = ScoreActivation.Softmax });
        var probabilities = new double[3];
        three.Score(Batch(("a", Doubles(0)), ("b", Doubles(1000)), ("c", Doubles(1000))), probabilities);
        Assert.Equal([0, 0.5, 0.5], probabilities);
    }

    [Fact]
    public void A_float16_output_is_widened()
    {
        var half = Options(Model([Tensor("x", F16, -1, 1)], [Tensor("y", F16, -1, 1)], [Node("Identity", ["x"], ["y"])]));
        Assert.Equal([0.5, (double)(Half)0.1, double.PositiveInfinity], Score(half, ("a", Doubles(0.5, 0.1, 1e6))));
    }

    private static byte[] Same(int width) => Model([Tensor("x", F32, -1, width)], [Tensor("y", F32, -1, width)], [Node("Identity", ["x"], ["y"])]);

    /// <summary>The score of class i is (i + 1)·x.</summary>
    private static byte[] Classifier(byte[] labels, int classes, bool zip = false)
    {
        var texts = System.Text.Encoding.UTF8.GetString(labels).Contains("strings", StringComparison.Ordinal);
        var node = Classic("LinearClassifier", ["x"], ["l", "p"], labels, Attribute("post_transform", "NONE"),
            Attributes("coefficients", [.. Enumerable.Range(1, classes).Select(i => (float)i)]), Attributes("intercepts", new float[classes]));
        byte[][] outputs = [Tensor("l", texts ? Str : I64, -1), zip ? Sequence("z", MapType(texts ? Str : I64, F32)) : Tensor("p", F32, -1, classes)];
        return Model([Tensor("x", F32, -1, 1)], outputs, zip ? [node, Classic("ZipMap", ["p"], ["z"], labels)] : [node]);
    }
}
