using ModelMonitor.Host.Tests.Scoring;

namespace ModelMonitor.Benchmarks;

/// <summary>Models of the size that is common for tabular data, with random weights: how long they take does not depend on what they learned.</summary>
internal static class BenchmarkModels
{
    /// <summary>Complete binary trees over thresholds that normal, uniform and exponential columns straddle; the sum of leaves as a probability.</summary>
    public static byte[] Trees(int trees, int depth, int features)
    {
        var random = new Random(5);
        var nodes = (1 << (depth + 1)) - 1;
        var inner = (1 << depth) - 1;
        var all = Enumerable.Range(0, trees).SelectMany(tree => Enumerable.Range(0, nodes).Select(node => (Tree: (long)tree, Node: node))).ToArray();
        var leaves = all.Where(n => n.Node >= inner).ToArray();
        return OnnxFile.Model(
            [OnnxFile.Tensor("x", OnnxFile.F32, -1, features)],
            [OnnxFile.Tensor("y", OnnxFile.F32, -1, 1)],
            [OnnxFile.Classic("TreeEnsembleRegressor", ["x"], ["y"],
                OnnxFile.Attribute("n_targets", 1L),
                OnnxFile.Attribute("post_transform", "LOGISTIC"),
                OnnxFile.Attributes("nodes_treeids", [.. all.Select(n => n.Tree)]),
                OnnxFile.Attributes("nodes_nodeids", [.. all.Select(n => (long)n.Node)]),
                OnnxFile.Attributes("nodes_featureids", [.. all.Select(n => n.Node < inner ? (long)random.Next(features) : 0)]),
                OnnxFile.Attributes("nodes_modes", [.. all.Select(n => n.Node < inner ? "BRANCH_LEQ" : "LEAF")]),
                OnnxFile.Attributes("nodes_values", [.. all.Select(n => n.Node < inner ? (float)(random.NextDouble() + (random.NextDouble() / 2)) : 0f)]),
                OnnxFile.Attributes("nodes_truenodeids", [.. all.Select(n => n.Node < inner ? (2L * n.Node) + 1 : 0)]),
                OnnxFile.Attributes("nodes_falsenodeids", [.. all.Select(n => n.Node < inner ? (2L * n.Node) + 2 : 0)]),
                OnnxFile.Attributes("target_treeids", [.. leaves.Select(n => n.Tree)]),
                OnnxFile.Attributes("target_nodeids", [.. leaves.Select(n => (long)n.Node)]),
                OnnxFile.Attributes("target_ids", [.. leaves.Select(_ => 0L)]),
                OnnxFile.Attributes("target_weights", [.. leaves.Select(_ => (float)((random.NextDouble() - 0.5) / 5))]))]);
    }

    /// <summary>Two hidden layers with ReLU, one probability.</summary>
    public static byte[] Mlp(int features, int first, int second)
    {
        var random = new Random(6);
        byte[] Weights(string name, params int[] shape) => OnnxFile.Weights(name, shape, [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => (float)(random.NextDouble() - 0.5) / 4)]);
        return OnnxFile.Model(
            [OnnxFile.Tensor("x", OnnxFile.F32, -1, features)],
            [OnnxFile.Tensor("y", OnnxFile.F32, -1, 1)],
            [
                OnnxFile.Node("Gemm", ["x", "w1", "b1"], ["h1"]), OnnxFile.Node("Relu", ["h1"], ["r1"]),
                OnnxFile.Node("Gemm", ["r1", "w2", "b2"], ["h2"]), OnnxFile.Node("Relu", ["h2"], ["r2"]),
                OnnxFile.Node("Gemm", ["r2", "w3", "b3"], ["h3"]), OnnxFile.Node("Sigmoid", ["h3"], ["y"]),
            ],
            Weights("w1", features, first), Weights("b1", first), Weights("w2", first, second), Weights("b2", second), Weights("w3", second, 1), Weights("b3", 1));
    }
}
