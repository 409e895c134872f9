using ModelMonitor.Host.Cli;

namespace ModelMonitor.Deployment.Tests.Charts;

/// <summary>`modelmonitor check` over what the chart writes, with a real model where the chart says it lies.</summary>
public sealed class CheckTests(ChartFolder chart) : IClassFixture<ChartFolder>
{
    [Fact]
    public async Task The_monitor_opens_the_model_by_the_rendered_configuration()
    {
        var folder = Directory.CreateTempSubdirectory("modelmonitor-rendered-");
        try
        {
            var data = Path.Combine(AppContext.BaseDirectory, "Data", "flights");
            var rendered = await chart.RenderAsync($$"""
                state: { path: {{folder.FullName}}/state }
                model: { path: {{data}}, claim: flights }
                config:
                  models:
                    flights:
                      version: "2001-01"
                      task: binary
                      onnx: {{data}}/model.onnx
                      inputs: { input: [hour, day_of_week, distance, origin_late_rate, destination_late_rate, origin_recent_late, destination_recent_late] }
                      score: { output: probabilities, positive: 1 }
                      threshold: 0.3
                      columns: { id: entity_id, time: ts, label: label, label_time: label_ts }
                      reference: { train: {{data}}/reference_train.arrows, holdout: {{data}}/reference_holdout.arrows }
                      baseline: {{data}}/baseline.json
                      targets: { roc_auc: 0.7 }
                      device: [{ name: cpu, options: { arena: 268435456 } }]
                """);
            var file = Path.Combine(folder.FullName, "monitor.yaml");
            await File.WriteAllTextAsync(file, rendered.MonitorYaml, TestContext.Current.CancellationToken);
            using var output = new StringWriter();
            using var error = new StringWriter();
            var code = await CommandLine.RunAsync(["check", "-c", file], output, error, TestContext.Current.CancellationToken);
            Assert.Equal("", error.ToString());
            Assert.Equal(ExitCode.Done, code);
            Assert.Contains("flights: version 2001-01, binary, provider cpu", output.ToString(), StringComparison.Ordinal);
            // What the image brings along is found beside the program.
            Assert.Contains("plugin kubernetes-job", output.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
