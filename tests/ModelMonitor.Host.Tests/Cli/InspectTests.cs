using ModelMonitor.Host.Tests.Scoring;

namespace ModelMonitor.Host.Tests.Cli;

/// <summary>`inspect` on the real models.</summary>
public sealed class InspectTests
{
    [Fact]
    public async Task It_prints_what_a_model_takes_gives_back_and_what_would_run_it()
    {
        var ran = await Ran.Command("inspect", Cases.Birdstrikes.Onnx!);
        Assert.Equal(0, ran.Exit);
        foreach (var line in new[]
        {
            "  written   by gen_common.py; IR 8; operator sets ai.onnx 15, ai.onnx.ml 2",
            "  input     phase_of_flight: tensor(string) [?,1]",
            "  output    output_label: tensor(int64) [?]; comes back as tensor(int64) [2] for 2 rows, tensor(int64) [3] for 3 rows",
            "  output    output_probability: sequence of map of int64; comes back as a sequence of 2 for 2 rows, a sequence of 3 for 3 rows",
            "  weights   LinearClassifier.coefficients: 70 elements, L1 27.2688, L2 4.5519, largest 1.4485, near zero 0 %",
            "  device    cpu: 15 of 15 nodes on CPUExecutionProvider (Cast, Concat, Imputer, LinearClassifier, Normalizer, OneHotEncoder ×4, Reshape ×4, Scaler, ZipMap)",
            "  device    cuda: this build of ONNX Runtime has no provider for cuda",
        })
            Assert.Contains(line, ran.Output.Split('\n').Select(text => text.TrimEnd()));
    }

    [Fact]
    public async Task A_file_that_is_no_model_is_one_line_and_so_is_an_unknown_device()
    {
        var none = await Ran.Command("inspect", "no-such.onnx");
        Assert.Equal((1, "error: no-such.onnx: no such file"), (none.Exit, none.Error.Trim()));
        var device = await Ran.Command("inspect", Cases.Flights.Onnx!, "--device", "cudda");
        Assert.Equal(1, device.Exit);
        Assert.Contains("--device: 'cudda' is none of cpu, cuda", device.Error, StringComparison.Ordinal);
    }
}
