using ModelMonitor.Core.Baselines;
using static ModelMonitor.Host.Tests.Scoring.OnnxFile;

namespace ModelMonitor.Host.Tests.Scoring;

public sealed class WeightTests : Fixture
{
    private const string Plain = "Identity";

    private WeightNorms One(byte[] tensor) => Assert.Single(Of(tensor).Tensors);

    private ModelWeights Of(params byte[][] tensors) => Scoring(Model([Tensor("x", F32, -1, 1)], [Tensor("y", F32, -1, 1)], [Node(Plain, ["x"], ["y"])], tensors));

    private ModelWeights Scoring(byte[] model)
    {
        using var scorer = Open(Options(model));
        return scorer.Weights!;
    }

    /// <summary>The norms written as plainly as possible.</summary>
    private static WeightNorms Naive(string name, params double[] w) => new(
        name, w.Length, w.Sum(Math.Abs), Math.Sqrt(w.Sum(x => x * x)), w.Max(Math.Abs), w.Count(x => Math.Abs(x) <= w.Max(Math.Abs) * 0.001) / (double)w.Length);

    [Fact]
    public void A_tensor_has_four_norms() => Assert.Equal(Naive("w", 3, -4, 0, 0.0039f, 0.0041f), One(Weights("w", [5], 3, -4, 0, 0.0039f, 0.0041f)));

    [Fact]
    public void Doubles_halves_and_brain_floats_count_raw_packed_and_one_by_one()
    {
        var norms = Naive("w", 1, -2, 0);
        Assert.Equal(norms, One(RawWeights("w", 11, [3], [.. new[] { 1.0, -2, 0 }.SelectMany(BitConverter.GetBytes)])));
        Assert.Equal(norms, One(RawWeights("w", 10, [3], [.. new[] { (Half)1, (Half)(-2), (Half)0 }.SelectMany(BitConverter.GetBytes)])));
        Assert.Equal(norms, One(RawWeights("w", 16, [3], [.. new[] { 1f, -2f, 0f }.SelectMany(x => BitConverter.GetBytes(x)[2..])])));
        Assert.Equal(norms, One(HalvesAsIntegers("w", (Half)1, (Half)(-2), (Half)0)));
        Assert.Equal(norms, One(FloatsOneByOne("w", 1, -2, 0)));
    }

    [Fact]
    public void All_zero_is_all_near_zero() => Assert.Equal(new("w", 2, 0, 0, 0, 1), One(Weights("w", [2], 0, 0)));

    [Fact]
    public void Integers_are_no_weights() => Assert.Empty(Of(Whole("shape", 3)).Tensors);

    [Fact]
    public void The_twenty_largest_are_kept_and_the_rest_is_said()
    {
        var weights = Of([.. Enumerable.Range(1, 23).Select(i => Weights($"w{i:00}", [i], [.. Enumerable.Repeat(1f, i)]))]);
        Assert.Equal(Enumerable.Range(4, 20).Reverse().Select(i => (long)i), weights.Tensors.Select(t => t.Elements));
        Assert.Equal(["3 smaller tensors with 6 elements"], weights.LeftOut);
    }

    [Fact]
    public void Coefficients_of_a_linear_model_are_weights()
    {
        var node = Classic("LinearRegressor", ["x"], ["y"], Attributes("coefficients", 3f, -4f), Attributes("intercepts", 100f));
        using var scorer = Open(Options(Model([Tensor("x", F32, -1, 2)], [Tensor("y", F32, -1, 1)], [node]), "a", "b") with { Task = Core.TaskKind.Regression, ScorePositive = null });
        Assert.Equal(new("LinearRegressor.coefficients", 2, 7, 5, 4, 0), Assert.Single(scorer.Weights!.Tensors));
    }

    [Fact]
    public void What_a_tree_has_learned_is_left_out_and_said_so()
    {
        using var scorer = Open(Cases.Flights);
        Assert.Contains(scorer.Weights!.LeftOut, l => l.Contains("TreeEnsembleClassifier", StringComparison.Ordinal));
    }

    [Fact]
    public void External_data_are_read_from_beside_the_model()
    {
        var model = Options(Model([Tensor("x", F32, -1, 1)], [Tensor("y", F32, -1, 1)], [Node("Add", ["x", "w"], ["y"])], WeightsIn("w.bin", "w", 1)));
        File.WriteAllBytes(Path.Combine(Path.GetDirectoryName(model.Onnx!)!, "w.bin"), Raw([-2.5f]));
        using var scorer = Open(model);
        Assert.Equal(new("w", 1, 2.5, 2.5, 2.5, 0), Assert.Single(scorer.Weights!.Tensors));
    }

    [Theory]
    [InlineData("absent.bin", "there is no file 'absent.bin'")]
    [InlineData("../up.bin", "'../up.bin' is not in the model's folder")]
    [InlineData("short.bin", "'short.bin' is too short")]
    public void External_data_that_cannot_be_read_are_left_out_without_naming_a_folder(string file, string reason)
    {
        var bytes = Model([], [], [], WeightsIn(file, "w", 3));
        var path = Write(bytes);
        File.WriteAllBytes(Path.Combine(Path.GetDirectoryName(path)!, "short.bin"), new byte[11]);
        var weights = Host.Scoring.WeightReader.Read(path, bytes)!;
        Assert.Empty(weights.Tensors);
        Assert.Equal([$"w: its external data cannot be read: {reason}"], weights.LeftOut);
    }

    [Fact]
    public void Weights_that_are_not_finite_have_no_norms()
    {
        var weights = Of(Weights("w", [2], 1, float.NaN));
        Assert.Empty(weights.Tensors);
        Assert.Equal(["w: it has weights that are not finite"], weights.LeftOut);
    }

    [Fact]
    public void What_is_no_model_has_no_weights() => Assert.Null(Host.Scoring.WeightReader.Read("m.onnx", [0xff, 0xff, 1]));

    [Theory]
    [InlineData(16)]
    [InlineData(300)]
    public void Bytes_of_chance_are_refused_or_walked_and_never_break(int length)
    {
        var random = new Random(length);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            _ = Host.Scoring.WeightReader.Read("m.onnx", [0x3a, 0x7f, .. bytes]);
        }
    }
}
