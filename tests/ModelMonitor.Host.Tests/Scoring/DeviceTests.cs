using Apache.Arrow;
using Microsoft.Extensions.Time.Testing;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;
using ModelMonitor.Host.Scoring.Devices;
using ModelMonitor.Host.Tests.Configuration;
using static ModelMonitor.Host.Tests.Scoring.OnnxFile;

namespace ModelMonitor.Host.Tests.Scoring;

/// <summary>Which device scores: the order of the configuration, what is not there, what is lost and comes back.</summary>
public sealed class DeviceTests : Fixture
{
    private static readonly byte[] s_same = Model([Tensor("x", F32, -1, 1)], [Tensor("y", F32, -1, 1)], [Node("Identity", ["x"], ["y"])]);

    [Fact]
    public void A_preferred_device_that_is_not_here_leaves_the_next_and_a_note_that_says_why()
    {
        using var scorer = Open(Options(s_same) with { Device = [new("cuda"), new("webgpu"), new("cpu")] });
        Assert.Equal("cpu", scorer.Provider);
        Assert.Equal([7], Score(scorer, Batch(("a", Floats(7)))));
        Assert.Equal(2, scorer.DeviceNotes.Count);
        Assert.Equal("cuda is not used: this build of ONNX Runtime has no provider for cuda", scorer.DeviceNotes[0]);
        Assert.StartsWith("webgpu is not used: ", scorer.DeviceNotes[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_required_device_that_is_not_here_is_a_refusal_and_so_is_a_list_of_which_none_is_here()
    {
        var model = Options(s_same);
        Assert.Equal($"{model.Onnx}: cuda is not used: this build of ONNX Runtime has no provider for cuda, and it is required",
            Refusal(() => Open(model with { Device = [new("cuda") { Required = true }, new("cpu")] })));
        Assert.Equal($"{model.Onnx}: no device is left: cuda is not used: this build of ONNX Runtime has no provider for cuda", Refusal(() => Open(model with { Device = [new("cuda")] })));
    }

    [Fact]
    public void A_library_that_is_no_provider_is_noted_in_one_line()
    {
        var library = Write("no library"u8.ToArray(), "libnone.so");
        using var scorer = Open(Options(s_same) with { Device = [new("npu") { Library = library }, new("cpu")] });
        Assert.Equal("cpu", scorer.Provider);
        Assert.StartsWith("npu is not used: ", Assert.Single(scorer.DeviceNotes), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', scorer.DeviceNotes[0]);
    }

    [Fact]
    public void Threads_and_arena_of_the_cpu_leave_the_scores_as_they_are()
    {
        var cpu = new DeviceOptions("cpu") { Options = new Dictionary<string, string> { ["threads"] = "2", ["arena"] = "off" } };
        Assert.Equal([1, 2, 3], Score(Options(s_same) with { Device = [cpu] }, ("a", Floats(1, 2, 3))));
    }

    /// <summary>A product of two tall matrices: megabytes between input and output.</summary>
    [Fact]
    public void A_bounded_arena_holds_what_fits_and_refuses_in_words_what_does_not()
    {
        var wide = Options(Model([Tensor("x", F32, -1, 1)], [Tensor("y", F32, -1, 1)],
            [Node("MatMul", ["x", "w1"], ["h"]), Node("Sin", ["h"], ["s"]), Node("MatMul", ["s", "w2"], ["y"])],
            Weights("w1", [1, 512], [.. Enumerable.Repeat(0.001f, 512)]), Weights("w2", [512, 1], [.. Enumerable.Repeat(0.001f, 512)])));
        DeviceOptions Cpu(long bytes) => new("cpu") { Options = new Dictionary<string, string> { ["arena"] = bytes.ToString(System.Globalization.CultureInfo.InvariantCulture) } };
        var rows = Floats([.. Enumerable.Range(0, 4096).Select(i => (float?)(i / 4096f))]);
        var expected = Score(wide, ("a", rows));
        using (var roomy = Open(wide with { Device = [Cpu(64 << 20)] })) Assert.Equal(expected, Score(roomy, Batch(("a", rows))));
        // 4096 × 512 values of 4 bytes are 8 MiB.
        using var tight = Open(wide with { Device = [Cpu(6 << 20)] });
        Assert.Equal(expected[..16], Score(tight, Batch(("a", Floats([.. Enumerable.Range(0, 16).Select(i => (float?)(i / 4096f))])))));
        Assert.Contains("emory", Assert.Throws<ScoringException>(() => Score(tight, Batch(("a", rows)))).Message, StringComparison.Ordinal);
        Assert.Equal(expected[..16], Score(tight, Batch(("a", Floats([.. Enumerable.Range(0, 16).Select(i => (float?)(i / 4096f))])))));
    }

    [Fact]
    public void Two_bounds_for_one_arena_are_a_fault()
    {
        static string Model(string name, string arena) =>
            $"\n  {name}:\n    version: \"1\"\n    task: binary\n    columns: {{ score: s }}\n    reference: {{ production: 1d }}\n    device: {{ name: cpu, options: {{ arena: {arena} }} }}";
        Assert.Empty(ConfigurationText.Faults("models:" + Model("a", "64MiB") + Model("b", "65536KiB") + Model("c", "on")));
        Assert.Contains("models.b.device: the bound of cpu's arena is 33554432 bytes here and 67108864 in a", Assert.Single(ConfigurationText.Faults("models:" + Model("a", "64MiB") + Model("b", "32MiB"))), StringComparison.Ordinal);
    }

    [Fact]
    public void The_configuration_names_devices_or_gives_them_options()
    {
        static IReadOnlyList<DeviceOptions> Bound(string device) => ConfigurationText.Options(Samples.Least + $"\n    device: {device}").Models[0].Device;
        Assert.Equal(["cpu"], Bound("null").Select(device => device.Name));
        Assert.Equal(["cuda"], Bound("cuda").Select(device => device.Name));
        var devices = Bound("[{ name: cuda, required: true, options: { gpu_mem_limit: 1073741824 } }, { library: libs/npu.so }, { name: cpu, options: { threads: 4 } }]");
        Assert.Equal(["cuda", "npu", "cpu"], devices.Select(device => device.Name));
        Assert.Equal([true, false, false], devices.Select(device => device.Required));
        Assert.Equal("1073741824", devices[0].Options["gpu_mem_limit"]);
        Assert.Equal("/etc/monitor/libs/npu.so", devices[1].Library);

        static string Fault(string device) => ConfigurationText.FaultInModel($"device: {device}");
        Assert.Contains("'cudda' is none of cpu, cuda", Fault("cudda"), StringComparison.Ordinal);
        Assert.Contains("'thread' is no option of cpu", Fault("{ name: cpu, options: { thread: 1 } }"), StringComparison.Ordinal);
        Assert.Contains("threads must be a whole number from 1", Fault("{ name: cpu, options: { threads: 0 } }"), StringComparison.Ordinal);
        foreach (var arena in new[] { "1KiB", "4GiB", "some", "0" })
            Assert.Contains("arena must be on, off, or its bound", Fault($"{{ name: cpu, options: {{ arena: {arena} }} }}"), StringComparison.Ordinal);
        Assert.Equal("268435456", Assert.Single(Bound("{ name: cpu, options: { arena: 256MiB } }")).Options["arena"]);
        Assert.Contains("'cpu' is named more than once", Fault("[cpu, cpu]"), StringComparison.Ordinal);
        Assert.Contains("name: is required, or a library", Fault("{ required: true }"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_lost_while_running_falls_back_loses_no_row_and_is_tried_again()
    {
        var clock = new FakeTimeProvider();
        var device = new Fake(1);
        var opened = 0;
        using var chain = new DeviceChain([new("gpu", () => { opened++; return device; }, clock), new("cpu", () => new Fake(2), clock)]);
        var changes = new List<DeviceChange>();
        chain.OnChange(changes.Add);
        double Score()
        {
            var scores = new double[3];
            Assert.Null(chain.Score([], 3, 1, scores));
            return Assert.Single(scores.Distinct());
        }

        Assert.Equal((1, "gpu"), (Score(), chain.Current));
        device.Lost = "the device hung";
        Assert.Equal((2, "cpu"), (Score(), chain.Current));
        Assert.Equal([new DeviceChange("gpu", "cpu", "the device hung")], changes);
        Assert.Equal(2, Score());
        // Lost, it is left alone …
        var calls = device.Calls;
        Assert.Equal(2, Score());
        Assert.Equal(calls, device.Calls);
        // … until the pause is over: still lost, then back.
        clock.Advance(DeviceSlot.Pause + TimeSpan.FromSeconds(1));
        Assert.Equal(2, Score());
        Assert.Equal(calls + 1, device.Calls);
        device.Lost = null;
        Assert.Equal(2, Score());
        clock.Advance(DeviceSlot.Pause + TimeSpan.FromSeconds(1));
        Assert.Equal((1, "gpu"), (Score(), chain.Current));
        Assert.Equal(["gpu>cpu", "cpu>gpu"], changes.Select(change => $"{change.From}>{change.To}"));
        // Each time it was lost its session went, and another was opened.
        Assert.Equal((3, 2), (opened, device.Disposed));
    }

    [Fact]
    public void Where_the_next_device_fails_too_the_values_are_at_fault_and_the_device_stays()
    {
        var clock = new FakeTimeProvider();
        Fake gpu = new(1), cpu = new(2);
        using var chain = new DeviceChain([new("gpu", () => gpu, clock), new("cpu", () => cpu, clock)]);
        (gpu.Lost, cpu.Lost) = ("index out of range", "index out of range");
        for (var i = 0; i < 10; i++) Assert.Throws<DeviceLostException>(() => chain.Score([], 1, 1, new double[1]));
        (gpu.Lost, cpu.Lost) = (null, null);
        var scores = new double[1];
        chain.Score([], 1, 1, scores);
        Assert.Equal((1, "gpu"), (scores[0], chain.Current));
    }

    /// <summary>Scores every row with its own number, unless it is lost.</summary>
    private sealed class Fake(double score) : IDeviceSession
    {
        public string? Lost { get; set; }

        public int Calls { get; private set; }

        public int Disposed { get; private set; }

        public UnscoredRow? Score(IArrowArray[][] columns, int rows, Span<double> scores)
        {
            Calls++;
            if (Lost is { } reason) throw new DeviceLostException(reason);
            scores.Fill(score);
            return null;
        }

        public void Dispose() => Disposed++;
    }
}
