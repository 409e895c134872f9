using System.Globalization;
using static ModelMonitor.Host.Tests.Scoring.OnnxFile;

namespace ModelMonitor.Host.Tests.Scoring;

/// <summary>A million batches leave nothing behind, neither in the managed heap nor beside it.</summary>
public sealed class SoakTests : Fixture
{
    private const int Batches = 1_000_000;
    private const int Warm = 50_000;

    [Fact]
    public async Task A_million_batches_grow_neither_managed_nor_native_memory()
    {
        if (await OwnProcess.RanAsync()) return;
        using var scorer = Open(Options(Model([Tensor("x", F32, -1, 2)], [Tensor("y", F32, -1, 1)],
            [Node("MatMul", ["x", "w"], ["m"]), Node("Sigmoid", ["m"], ["y"])], Weights("w", [2, 1], 0.5f, -0.25f)), "a", "b"));
        // Sizes change now and then, so that tensors are made anew too.
        var batches = new[] { 1, 3, 17, 64 }.Select(rows => Batch(("a", Floats([.. Enumerable.Range(0, rows).Select(i => (float?)i)])), ("b", Longs([.. Enumerable.Range(0, rows).Select(i => i % 2 == 0 ? null : (long?)i)])))).ToArray();
        var scores = new double[64];
        void Run(int count)
        {
            for (var i = 0; i < count; i++) scorer.Score(batches[i / 100 % batches.Length], scores);
        }

        Run(Warm);
        var (managed, resident) = (GC.GetTotalMemory(forceFullCollection: true), Resident());
        Run(Batches);
        var (managedAfter, residentAfter) = (GC.GetTotalMemory(forceFullCollection: true), Resident());
        TestContext.Current.TestOutputHelper?.WriteLine($"managed {managed} to {managedAfter} bytes, resident {resident} to {residentAfter} bytes");
        Assert.True(managedAfter - managed < 1 << 20, $"The managed heap grew from {managed} to {managedAfter} bytes.");
        // 16 bytes lost in each batch would be 16 MB.
        Assert.True(residentAfter - resident < 12 << 20, $"The process grew from {resident} to {residentAfter} bytes.");
    }

    /// <summary>Bytes of the process in memory.</summary>
    private static long Resident()
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
