using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Host.Files;
using ModelMonitor.Trainer;
using ModelMonitor.Trainer.Data;

namespace ModelMonitor.Plugins.Tests.Trainer;

/// <summary>The three recorded cases, trained anew and scored by the monitor's own scorer.</summary>
public sealed class TrainingRunTests : IDisposable
{
    private static readonly TrainerOptions s_quick = new() { Epochs = 20, Resamples = 3, SweepRows = 500 };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>What was fitted is what the monitor scores: text, null, integer and number columns, one input or many.</summary>
    [Theory]
    [InlineData("flights", "flights")]
    [InlineData("birdstrikes", "birdstrikes")]
    [InlineData("chicago", "chicago")]
    public void The_exported_graph_takes_the_models_place_and_answers_as_the_network_did(string folder, string name)
    {
        var model = Requests.Model(folder, name);
        using var scorer = Requests.Load(model).Scorer;
        var task = TrainingTask.Parse(Requests.Message(Requests.Load(model), "k"));
        var trained = TrainingRun.Run(task, new DataFiles(), s_quick, null, default);
        var onnx = Write(trained.Onnx);
        var scores = Requests.Score(model, onnx, model.Reference!.Holdout!);
        Assert.All(scores, score => Assert.True(double.IsFinite(score)));

        // The same network and encoding as the file carries them, in float64.
        var champion = ModelMonitor.Trainer.Onnx.ChampionFile.Read(onnx);
        var (network, encoding, scale) = champion.Continue(task)!.Value;
        var columns = task.Inputs.SelectMany(i => i.Columns).Select(c => (c, encoding.Columns.First(e => e.Column == c) is CategoryEncoding)).ToArray();
        var rows = Table.Read(new DataFiles(), [model.Reference.Holdout!], task, columns);
        var answers = network.Predict(encoding.Encode(rows, scale).Features);
        Assert.Equal(scores.Length, answers.Length);
        for (var i = 0; i < scores.Length; i++) Assert.Equal(scale.Back(answers[i]), scores[i], 2e-4 * scale.Scale);
    }

    [Fact]
    public void The_same_request_gives_the_same_bytes_and_another_seed_others()
    {
        var task = TrainingTask.Parse(Requests.Message(Requests.Load(Requests.Model("chicago", "chicago_overfit")), "k"));
        Assert.Equal(TrainingRun.Run(task, new DataFiles(), s_quick, null, default).Onnx, TrainingRun.Run(task, new DataFiles(), s_quick, null, default).Onnx);
        Assert.NotEqual(TrainingRun.Run(task, new DataFiles(), s_quick, null, default).Onnx, TrainingRun.Run(task, new DataFiles(), s_quick with { Seed = 2 }, null, default).Onnx);
    }

    [Fact]
    public void An_overfitted_model_becomes_one_that_is_not()
    {
        var model = Requests.Model("chicago", "chicago_overfit");
        var before = Requests.Performance(model, model.Onnx!, "r2");
        var trained = TrainingRun.Run(TrainingTask.Parse(Requests.Message(Requests.Load(model), "k")), new DataFiles(), new TrainerOptions(), null, default);
        var after = Requests.Performance(model, Write(trained.Onnx), "r2");
        Assert.Equal(GapGrade.Confirmed, before.Overfitting);
        Assert.Equal(GapGrade.None, after.Overfitting);
        Assert.True(after.Holdout > before.Holdout, $"{before} → {after} {trained.Report}");
        Assert.Contains("one standard error", (string)trained.Report["sweep"]!["why"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_of_its_own_is_continued_from_its_weights_where_capacity_stays()
    {
        var model = Requests.Model("chicago", "chicago");
        var first = TrainingRun.Run(TrainingTask.Parse(Requests.Message(Requests.Load(model), "k")), new DataFiles(), s_quick, null, default);
        var own = model with { Onnx = Write(first.Onnx), Version = "2", Baseline = Path.Combine(_folder.FullName, "b.json") };
        var message = Requests.WithCaptured(Requests.Message(Requests.Load(own), "k2", DiagnosisKind.CovariateShift), model.Reference!.Train, model.Reference.Train);
        var further = TrainingRun.Run(TrainingTask.Parse(message), new DataFiles(), s_quick with { Epochs = 1 }, null, default);
        Assert.Equal("the weights of version 2", (string)further.Report["start"]!);
    }

    [Fact]
    public void What_cannot_be_trained_is_told_in_one_line()
    {
        var model = Requests.Load(Requests.Model("chicago", "chicago"));
        var message = Requests.Message(model, "k");
        string Told(string text) => Assert.Throws<TrainingException>(() => TrainingRun.Run(TrainingTask.Parse(text), new DataFiles(), s_quick, null, default)).Message;
        Assert.Contains("no retrain request", Told("{}"), StringComparison.Ordinal);
        Assert.Contains("no retrain request", Told("{"), StringComparison.Ordinal);
        Assert.Contains("absent.arrows", Told(message.Replace("reference_train.arrows", "absent.arrows", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("no column '", Told(Replace(message, "reference_train.arrows", Path.Combine(AppContext.BaseDirectory, "Data", "flights", "reference_train.arrows"))), StringComparison.Ordinal);
        Assert.Contains("model.onnx", Told(message.Replace("model.onnx", "reference_train.arrows.model.onnx", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_is_told_and_a_run_can_be_cancelled()
    {
        var task = TrainingTask.Parse(Requests.Message(Requests.Load(Requests.Model("chicago", "chicago")), "k"));
        var told = new List<double>();
        using var cancellation = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => TrainingRun.Run(task, new DataFiles(), s_quick, (part, _) =>
        {
            lock (told) told.Add(part);
            if (part > 0.3) cancellation.Cancel();
        }, cancellation.Token));
        Assert.Equal(0, told[0]);
        Assert.True(told.Max() is > 0.3 and < 0.85);
    }

    [Fact]
    public void Options_that_cannot_be_are_told_each()
    {
        var faults = new List<string>();
        TrainerOptions.Of(new Dictionary<string, string> { ["hidden"] = "1,2,3,4", ["epochs"] = "0", ["optimizer"] = "7", ["learning_rate"] = "x", ["hiden"] = "3", ["loss"] = "hinge" }, faults);
        Assert.Equal(6, faults.Count);
        Assert.All(faults, fault => Assert.StartsWith("options.", fault, StringComparison.Ordinal));
        faults.Clear();
        var options = TrainerOptions.Of(new Dictionary<string, string> { ["hidden"] = "8,4", ["activation"] = "tanh", ["optimizer"] = "rmsprop", ["seed"] = "7" }, faults);
        Assert.Empty(faults);
        Assert.Equal(("8-4", ModelMonitor.Trainer.Networks.Activation.Tanh, 7), (string.Join('-', options.Hidden), options.Activation, options.Seed));
    }

    private static string Replace(string message, string file, string by) => System.Text.RegularExpressions.Regex.Replace(message, $"\"[^\"]*{System.Text.RegularExpressions.Regex.Escape(file)}\"", $"\"{by}\"");

    private string Write(byte[] onnx)
    {
        var path = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N") + ".onnx");
        File.WriteAllBytes(path, onnx);
        return path;
    }
}
