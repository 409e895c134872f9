namespace ModelMonitor.Host.Tests.Configuration;

/// <summary>What `challengers` says, and what it takes from the version that serves.</summary>
public sealed class ChallengerTests
{
    private const string Model = "models:\n  m:\n    version: \"1\"\n    task: binary\n    onnx: model.onnx\n    threshold: 0.3\n    inputs: { x: [a, b] }\n    score: { output: p, positive: ja }\n    reference: { train: train.arrows }\n    ensemble: [a.onnx, b.onnx]\n    ";

    [Fact]
    public void A_challenger_has_what_it_says_and_the_rest_of_the_version_that_serves()
    {
        var model = Assert.Single(ConfigurationText.Options(Model + "challengers: { \"2\": { onnx: two.onnx }, \"3/x\": { onnx: three.onnx, threshold: 0.7, inputs: { y: c }, score: { output: q }, device: webgpu, baseline: three.json } }").Models);
        Assert.Equal(["2", "3/x"], model.Challengers.Select(challenger => challenger.Version));
        var (second, third) = (model.Challengers[0], model.Challengers[1]);
        Assert.Equal(("/etc/monitor/two.onnx", 0.3, "p", "x", "cpu"), (second.Onnx, second.Threshold, second.ScoreOutput, second.Inputs[0].Name, second.Device[0].Name));
        Assert.Equal(("/etc/monitor/three.onnx", 0.7, "q", "y", "webgpu"), (third.Onnx, third.Threshold, third.ScoreOutput, third.Inputs[0].Name, third.Device[0].Name));
        Assert.Equal(["/etc/monitor/baseline.m.2.json", "/etc/monitor/three.json"], model.Challengers.Select(challenger => challenger.Baseline));
        Assert.All(model.Challengers, challenger => Assert.Equal((0, model.Reference, "m"), (challenger.Ensemble.Count, challenger.Reference, challenger.Name)));
        Assert.All(model.Challengers, challenger => Assert.Equal(model.Windows, challenger.Windows));
        Assert.Equal([TimeSpan.FromHours(1), TimeSpan.FromDays(1)], model.Windows);
    }

    [Fact]
    public void A_challenger_of_the_version_that_serves_or_without_a_file_is_a_fault()
    {
        Assert.Contains("models.m.challengers.1: is the version that serves", ConfigurationText.Fault(Model + "challengers: { \"1\": { onnx: two.onnx } }"), StringComparison.Ordinal);
        Assert.Contains("models.m.challengers.2.onnx: is required", ConfigurationText.Fault(Model + "challengers: { \"2\": { threshold: 0.5 } }"), StringComparison.Ordinal);
        Assert.Contains("models.m.challengers: need a model that is scored here", ConfigurationText.Fault(Samples.Least + "\n    challengers: { \"2\": { onnx: two.onnx, inputs: { x: a } } }"), StringComparison.Ordinal);
    }
}
