using System.Reflection;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Microsoft.ML.OnnxRuntime;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Configuration;
using static ModelMonitor.Host.Tests.Scoring.OnnxFile;

namespace ModelMonitor.Host.Tests.Scoring;

/// <summary>
/// The device path as it runs: ONNX Runtime's WebGPU provider on Vulkan in software (tests/device/install.sh). Device memory, copies,
/// binding and buckets are those that serve CUDA, under other names.
/// </summary>
public sealed class WebGpuTests : Fixture
{
    private static readonly string s_folder = typeof(WebGpuTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "Device").Value!;

    private static readonly DeviceOptions[] s_webgpu = [new("webgpu") { Required = true }, new("cpu")];

    [Fact]
    public async Task Scores_of_the_device_are_those_of_the_cpu()
    {
        if (!await HereAsync()) return;
        var model = Options(Mlp(), "a", "b", "c");
        using var cpu = Open(model);
        using var device = Open(model with { Device = s_webgpu });
        Assert.Equal(("cpu", "webgpu"), (cpu.Provider, device.Provider));
        var random = new Random(31);
        // Below and above the least bucket, at its edges, over more than one tile, and back: tensors are made anew and filled anew.
        foreach (var rows in new[] { 1, 2, 15, 16, 17, 300, 4096, 4097, 9000, 3, 3, 3 })
        {
            var batch = Batch(("a", Random(random, rows)), ("b", Random(random, rows)), ("c", Random(random, rows)));
            var (expected, actual) = (Score(cpu, batch), Score(device, batch));
            for (var row = 0; row < rows; row++) Assert.Equal(expected[row], actual[row], 1e-6);
            // Not all the same, or a tensor that is never filled would pass.
            if (rows > 2) Assert.True(expected.Distinct().Count() > rows / 2);
        }
    }

    [Fact]
    public async Task Callers_at_once_do_not_mix_their_rows()
    {
        if (!await HereAsync()) return;
        // Two sessions, as a champion and a challenger, and callers of both. The file is written once: others read it meanwhile.
        var model = Options(Mlp(), "a", "b", "c");
        var onDevice = model with { Device = s_webgpu };
        using var device = Open(onDevice);
        using var other = Open(onDevice);
        using var cpu = Open(model);
        var batches = Enumerable.Range(0, 24).Select(i => (Random: new Random(i), Rows: 1 + (i * 37 % 200)))
            .Select(b => Batch(("a", Random(b.Random, b.Rows)), ("b", Random(b.Random, b.Rows)), ("c", Random(b.Random, b.Rows)))).ToArray();
        var expected = batches.Select(batch => Score(cpu, batch)).ToArray();
        await Parallel.ForAsync(0, batches.Length, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken }, (i, _) =>
        {
            var actual = Score(i % 2 == 0 ? device : other, batches[i]);
            // Opened and closed while others score.
            if (i % 6 == 0) using (Open(onDevice)) { }
            for (var row = 0; row < actual.Length; row++) Assert.Equal(expected[i][row], actual[row], 1e-6);
            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public async Task Operators_without_kernels_say_so()
    {
        if (!await HereAsync()) return;
        var (options, _) = MonitorConfiguration.Load(Cases.File("flights", "monitor.yaml"), new Dictionary<string, string>());
        var trees = options!.Models[0];
        using (var scorer = Open(trees with { Device = [new("webgpu"), new("cpu")] }))
        {
            Assert.Equal("cpu", scorer.Provider);
            Assert.Equal(["webgpu is not used: it has kernels for none of the model's operators (TreeEnsembleClassifier)"], scorer.DeviceNotes);
        }

        Assert.Contains("TreeEnsembleClassifier), and it is required", Refusal(() => Open(trees with { Device = s_webgpu })), StringComparison.Ordinal);

        // Of some it has: the rest runs on the CPU, with the same scores.
        var mixed = Options(Model([Tensor("x", F32, -1, 3)], [Tensor("y", F32, -1, 1)],
            [Node("MatMul", ["x", "w"], ["h"]), Node("Shrink", ["h"], ["s"]), Node("Sigmoid", ["s"], ["y"])], Weights("w", [3, 1], 1, 2, 3)), "a", "b", "c");
        using var partly = Open(mixed with { Device = s_webgpu });
        using var cpu = Open(mixed);
        Assert.Equal("webgpu", partly.Provider);
        Assert.Equal(["webgpu has no kernels for Shrink: 1 of 3 nodes run on the cpu"], partly.DeviceNotes);
        var batch = Batch(("a", Floats(1, -1, 0)), ("b", Floats(0, 0.1f, 0.1f)), ("c", Floats(-2, 1, 0)));
        Assert.All(Score(cpu, batch).Zip(Score(partly, batch)), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    private static byte[] Mlp() => Model([Tensor("x", F32, -1, 3)], [Tensor("y", F32, -1, 1)],
        [Node("MatMul", ["x", "w1"], ["h1"]), Node("Tanh", ["h1"], ["t"]), Node("MatMul", ["t", "w2"], ["h2"]), Node("Sigmoid", ["h2"], ["y"])],
        Weights("w1", [3, 4], 0.5f, -0.25f, 0.75f, 0.1f, -0.6f, 0.3f, 0.2f, -0.9f, 0.4f, 0.8f, -0.35f, 0.15f), Weights("w2", [4, 1], 0.7f, -0.4f, 0.9f, 0.25f));

    private static FloatArray Random(Random random, int rows) => Floats([.. Enumerable.Range(0, rows).Select(_ => (float?)((random.NextDouble() * 4) - 2))]);

    /// <summary>Whether the test goes on here: in a process that has loaded the other library.</summary>
    private static async Task<bool> HereAsync()
    {
        var library = Path.Combine(s_folder, "libonnxruntime.so");
        Assert.SkipUnless(File.Exists(library) || Environment.GetEnvironmentVariable("CI") == "true", "its libraries are not installed: tests/device/install.sh");
        var driver = Path.Combine(s_folder, "vk_swiftshader_icd.json");
        if (await OwnProcess.RanAsync(new Dictionary<string, string>
        {
            ["MODELMONITOR_TEST_ONNXRUNTIME"] = Path.Combine(s_folder, "libonnxruntime.so.1"),
            ["LD_LIBRARY_PATH"] = s_folder,
            ["VK_DRIVER_FILES"] = driver,
            ["VK_ICD_FILENAMES"] = driver,
        })) return false;
        OrtEnv.DisableDllImportResolver = true;
        NativeLibrary.SetDllImportResolver(typeof(OrtEnv).Assembly, (name, _, _) => name.StartsWith("onnxruntime", StringComparison.Ordinal) ? NativeLibrary.Load(library) : IntPtr.Zero);
        return true;
    }
}
