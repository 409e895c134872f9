using ModelMonitor.Host.Configuration;

namespace ModelMonitor.Docs.Tests;

/// <summary>Every piece of monitor.yaml is one that the monitor takes.</summary>
public sealed class YamlTests
{
    private static readonly string[] s_actions =
    [
        "actions:", "  notify: { hook: webhook, url: \"https://hooks.example/alerts\" }", "  retrain: { hook: webhook, url: \"https://hooks.example/retrain\" }",
        "  promote: { hook: webhook, url: \"https://hooks.example/promoted\" }",
    ];

    /// <summary>The model of the pages, a line a key.</summary>
    private static readonly string[] s_model =
    [
        "version: \"7\"", "task: binary", "onnx: churn.onnx", "inputs: { input: [age, tenure, plan_price] }", "score: { output: probabilities, positive: 1 }",
        "columns: { id: request_id, time: ts, label: churned, label_time: label_ts }", "reference: { train: train.arrows, holdout: holdout.arrows }", "segments: [plan]",
    ];

    [Fact]
    public void A_block_of_the_configuration_loads_as_it_is_or_within_the_model_of_the_pages()
    {
        var blocks = Pages.BlocksOf("yaml").Where(block => block.Needs is null).ToList();
        Assert.True(blocks.Count > 10);
        foreach (var block in blocks)
        {
            var (options, faults) = MonitorConfiguration.Parse(Whole(block), block.Place, new Dictionary<string, string>(), checkFiles: false);
            Assert.True(faults.Count == 0, $"{block.Place}:\n{string.Join('\n', faults)}\n{Whole(block)}");
            Assert.NotEmpty(options!.Models);
        }
    }

    [Fact]
    public void A_key_that_is_none_is_found() =>
        Assert.NotEmpty(MonitorConfiguration.Parse(Whole(new("x.md", 1, "yaml", "label_dealy: 1d\n", null)), "x", new Dictionary<string, string>(), checkFiles: false).Faults);

    private static string Whole(Block block)
    {
        var keys = YamlTree.Parse(block.Text, block.Place) is YamlMapping mapping ? mapping.Entries.Select(entry => entry.Key).ToHashSet() : [];
        if (keys.Any(Shapes.Monitor.Keys.ContainsKey))
        {
            IEnumerable<string> missing = keys.Contains("models") ? [] : ["models:", "  churn:", .. s_model.Append("capture: on").Select(line => "    " + line)];
            return string.Join('\n', [.. missing, .. keys.Contains("actions") ? [] : s_actions]) + "\n" + block.Text;
        }

        var rest = s_model.Where(line => !keys.Contains(line[..line.IndexOf(':', StringComparison.Ordinal)]));
        if (keys.Contains("promotion") && !keys.Contains("capture")) rest = rest.Append("capture: on");
        // What is learned from production has no slices yet.
        if (block.Text.Contains("production:", StringComparison.Ordinal)) rest = rest.Where(line => !line.StartsWith("segments", StringComparison.Ordinal));
        return string.Join('\n', ["models:", "  churn:", .. rest.Concat(block.Text.TrimEnd('\n').Split('\n')).Select(line => "    " + line), "retention: { panes: 3000d, waiting_predictions: 1000d }", .. s_actions]) + "\n";
    }
}
