using System.Text.Json.Nodes;
using Apache.Arrow;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Host.Configuration;
using ModelMonitor.Host.Scoring;
using ModelMonitor.Host.Tests.Cli;
using ModelMonitor.Host.Tests.Configuration;
using static ModelMonitor.Host.Tests.Scoring.OnnxFile;

namespace ModelMonitor.Host.Tests.EndToEnd;

/// <summary>Three small classifiers declared beside the one that serves recorded flights.</summary>
public sealed class EnsembleTests
{
    private static readonly string[] s_keys = ["bias_squared", "variance", "variance_unbiased", "member_mse"];

    [Fact]
    public async Task Bias_and_variance_of_every_month_are_those_of_the_members_own_scores()
    {
        using var flights = Flights();
        var json = await flights.OfflineAsync("flights", "month");
        var expected = await NaiveAsync(flights);
        Assert.Equal(json["windows"]!.AsArray().Count, expected.Count);
        foreach (var window in json["windows"]!.AsArray())
        {
            var performance = window!["performance"]!;
            var (bias, variance, mse) = expected[((string)window["start"]!)[..7]];
            Assert.Equal(bias, (double)performance["bias_squared"]!["value"]!, 1e-12);
            Assert.Equal(variance, (double)performance["variance"]!["value"]!, 1e-12);
            Assert.Equal(variance * 3 / 2, (double)performance["variance_unbiased"]!["value"]!, 1e-12);
            Assert.Equal(mse, (double)performance["member_mse"]!["value"]!, 1e-12);
            Assert.Equal((double)performance["member_mse"]!["value"]!, (double)performance["bias_squared"]!["value"]! + (double)performance["variance"]!["value"]!, 1e-12);
        }

        // Its own values on the reference are what production is compared with.
        foreach (var key in s_keys)
        {
            Assert.InRange((double)json["train"]!["performance"]![key]!["lower"]!, 0, (double)json["train"]!["performance"]![key]!["value"]!);
            Assert.Contains(json["generalization_gap"]!.AsArray(), gap => (string)gap!["metric"]! == key && (string)gap["from"]! == "holdout" && (string)gap["to"]! == "production");
        }
    }

    [Fact]
    public async Task The_terminal_says_what_the_error_of_a_member_is_made_of()
    {
        using var flights = Flights();
        var ran = await Ran.Command("evaluate", "-c", flights.Configuration, "--model", "flights", "--production", Ran.Data("flights", "production.arrows"), "--labels", Ran.Data("flights", "labels.arrows"));
        Assert.Matches(@"ensemble: squared bias 0\.\d+ \+ variance 0\.\d+ = mean squared error of a member 0\.\d+", ran.Output);
        Assert.DoesNotContain("ensemble:", (await Ran.Evaluate("flights", "flights", "month")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_monitor_says_the_same_also_after_a_restart()
    {
        using var flights = Flights();
        var expected = await flights.OfflineAsync("flights", "month");
        await using (var monitor = await RunningMonitor.StartAsync(flights.Configuration))
        {
            foreach (var request in Request.Of("flights", "predictions", Path.Combine(flights.Data, "production.arrows"))) await request.PostAsync(monitor.Client);
            Assert.Equal(0, await monitor.TerminateAsync());
        }

        await using var again = await RunningMonitor.StartAsync(flights.Configuration);
        foreach (var request in Request.Of("flights", "labels", Path.Combine(flights.Data, "labels.arrows"))) await request.PostAsync(again.Client);
        SameDigits.Check(expected, JsonNode.Parse(await again.Client.GetStringAsync("v1/models/flights/evaluate?every=month"))!);
    }

    [Theory]
    [InlineData("ensemble: [one.onnx]", "must name from 2 to 20 ONNX files, each once")]
    [InlineData("ensemble: [one.onnx, one.onnx]", "each once")]
    [InlineData("ensemble: [one.onnx, none.onnx]", "there is no file")]
    [InlineData("ensemble: [one.onnx, monitor.yaml]", "not a model that can be loaded")]
    [InlineData("ensemble: [one.onnx, narrow.onnx]", "narrow.onnx")]
    [InlineData("targets: { variance: 0.1 }", "none is declared")]
    public async Task What_is_no_ensemble_is_refused_with_its_reason(string setting, string reason)
    {
        using var flights = Flights();
        File.WriteAllBytes(Path.Combine(flights.Folder, "narrow.onnx"), Classifier(1, inputs: 3));
        var text = File.ReadAllText(flights.Configuration).Replace("ensemble: [one.onnx, two.onnx, three.onnx]", setting, StringComparison.Ordinal);
        File.WriteAllText(flights.Configuration, setting.StartsWith("targets", StringComparison.Ordinal) ? text.Replace("    targets: { roc_auc: 0.7 }\n", "", StringComparison.Ordinal) : text);
        (await Ran.Command("check", "-c", flights.Configuration)).IsRefusedWith(reason);
    }

    [Fact]
    public async Task A_baseline_of_another_ensemble_is_refused()
    {
        using var flights = Flights();
        Assert.Equal(0, (await Ran.Command("baseline", "-c", flights.Configuration)).Exit);
        Assert.Equal(0, (await Ran.Command("check", "-c", flights.Configuration)).Exit);
        File.WriteAllBytes(Path.Combine(flights.Folder, "two.onnx"), Classifier(9));
        (await Ran.Command("check", "-c", flights.Configuration)).IsRefusedWith("the ensemble changed since it was made");
    }

    [Theory]
    [InlineData("task: multiclass", "binary and regression models only")]
    [InlineData("reference: { production: 7d }", "needs reference files")]
    public void Where_it_has_no_meaning_it_is_a_fault(string setting, string reason) => Assert.Contains(reason, ConfigurationText.Fault($$"""
        models:
          m:
            version: "1"
            {{(setting.StartsWith("task", StringComparison.Ordinal) ? setting : "task: regression\n    " + setting)}}
            {{(setting.StartsWith("task", StringComparison.Ordinal) ? "reference: { train: train.arrows }" : "")}}
            inputs: { x: [a] }
            ensemble: [one.onnx, two.onnx]
            columns: { score: score }
            score: { {{(setting.StartsWith("task", StringComparison.Ordinal) ? "classes: [a, b]" : "")}} }
        """), StringComparison.Ordinal);

    private static Case Flights(string extra = "")
    {
        var flights = new Case("flights", extra);
        File.WriteAllText(flights.Configuration, File.ReadAllText(flights.Configuration).Replace("    threshold: 0.3", "    threshold: 0.3\n    ensemble: [one.onnx, two.onnx, three.onnx]", StringComparison.Ordinal));
        foreach (var (name, seed) in new[] { ("one", 1), ("two", 2), ("three", 3) }) File.WriteAllBytes(Path.Combine(flights.Folder, name + ".onnx"), Classifier(seed));
        return flights;
    }

    /// <summary>A linear model with two probabilities.</summary>
    private static byte[] Classifier(int seed, int inputs = 7)
    {
        var random = new Random(seed);
        return Model(
            [Tensor("input", F32, -1, inputs)], [Tensor("probabilities", F32, -1, 2)],
            [Node("Gemm", ["input", "w", "b"], ["logits"]), Node("Softmax", ["logits"], ["probabilities"])],
            Weights("w", [inputs, 2], [.. Enumerable.Range(0, inputs * 2).Select(i => (float)(random.NextDouble() - 0.5) * (i / 2 is 0 or 2 ? 0.001f : 0.5f))]),
            Weights("b", [2], 0.5f, -0.5f));
    }

    /// <summary>Bias², variance and mean MSE by month, row by row in float64.</summary>
    private static Task<Dictionary<string, (double Bias, double Variance, double Mse)>> NaiveAsync(Case flights) => Task.Run(() =>
    {
        var (options, _) = MonitorConfiguration.Load(flights.Configuration, new Dictionary<string, string>());
        var model = options!.Models[0];
        var scorers = model.Ensemble.Select(path => new OnnxScorerFactory().Open(model with { Onnx = path })).ToArray();
        var labels = new Dictionary<long, double>();
        foreach (var batch in ArrowBatches.OpenFile(Ran.Data("flights", "labels.arrows")).ReadAll())
        {
            var (ids, values) = ((Int64Array)batch.Column("entity_id"), batch.Column("label"));
            for (var i = 0; i < batch.Length; i++) labels[ids.GetValue(i)!.Value] = Number(values, i);
        }

        var rows = new List<(string Month, double[] Scores, double Label)>();
        foreach (var batch in ArrowBatches.OpenFile(Ran.Data("flights", "production.arrows")).ReadAll())
        {
            var scores = scorers.Select(scorer =>
            {
                var own = new double[batch.Length];
                scorer.Score(batch, own);
                return own;
            }).ToArray();
            var (ids, times) = ((Int64Array)batch.Column("entity_id"), (TimestampArray)batch.Column("ts"));
            for (var i = 0; i < batch.Length; i++)
            {
                if (labels.TryGetValue(ids.GetValue(i)!.Value, out var label)) rows.Add((times.GetTimestamp(i)!.Value.UtcDateTime.ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture), [.. scores.Select(s => s[i])], label));
            }
        }

        foreach (var scorer in scorers) scorer.Dispose();
        return rows.GroupBy(row => row.Month).ToDictionary(month => month.Key, month => (
            month.Average(row => Math.Pow(row.Scores.Average() - row.Label, 2)),
            month.Average(row => row.Scores.Average(score => Math.Pow(score - row.Scores.Average(), 2))),
            month.Average(row => row.Scores.Average(score => Math.Pow(score - row.Label, 2)))));
    });

    private static double Number(IArrowArray values, int row) => values switch
    {
        Int64Array whole => whole.GetValue(row)!.Value,
        Int8Array small => small.GetValue(row)!.Value,
        _ => throw new NotSupportedException($"Labels are of {values.GetType().Name}."),
    };
}
