namespace ModelMonitor.Host.Tests.EndToEnd;

public sealed class RunEndsTests
{
    [Fact]
    public async Task Terminated_it_ends_with_0_and_remembers_what_it_had_committed()
    {
        using var data = new Case("chicago");
        var request = Request.Of("chicago", "predictions", Path.Combine(data.Data, "production.arrows"))[0];
        await using (var first = await RunningMonitor.StartAsync(data.Configuration))
        {
            await request.PostAsync(first.Client);
            Assert.Equal(0, await first.TerminateAsync());
            Assert.DoesNotContain("Exception", first.Output, StringComparison.Ordinal);
        }

        await using var second = await RunningMonitor.StartAsync(data.Configuration);
        Assert.Contains("\"duplicate\":true", await request.PostAsync(second.Client), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_state_folder_or_a_port_in_use_is_one_line()
    {
        using var data = new Case("flights");
        using var other = new Case("flights");
        await using var monitor = await RunningMonitor.StartAsync(data.Configuration);
        (await CommandProcess.RunAsync(["run", "-c", data.Configuration])).IsRefusedWith("cannot be locked");
        await File.WriteAllTextAsync(other.Configuration, (await File.ReadAllTextAsync(other.Configuration, TestContext.Current.CancellationToken))
            .Replace("http: \"127.0.0.1:0\"", $"http: \"127.0.0.1:{monitor.Addresses[0].Port}\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        (await CommandProcess.RunAsync(["run", "-c", other.Configuration])).IsRefusedWith("address already in use");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    public async Task A_corrupt_state_is_one_line(int offset)
    {
        using var data = new Case("flights");
        await using (var monitor = await RunningMonitor.StartAsync(data.Configuration)) Assert.Equal(0, await monitor.TerminateAsync());
        var path = Path.Combine(data.Folder, "state", "state.db");
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        new Random(5).NextBytes(bytes.AsSpan(offset));
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        (await CommandProcess.RunAsync(["run", "-c", data.Configuration])).IsRefusedWith("state.db");
    }

    [Fact]
    public async Task Another_model_file_under_a_known_version_is_one_line()
    {
        using var data = new Case("chicago");
        await using (var monitor = await RunningMonitor.StartAsync(data.Configuration)) Assert.Equal(0, await monitor.TerminateAsync());
        File.Copy(Path.Combine(data.Folder, "model_overfit.onnx"), Path.Combine(data.Folder, "model.onnx"), overwrite: true);
        (await CommandProcess.RunAsync(["run", "-c", data.Configuration])).IsRefusedWith("known with another model file");
    }

    [Fact]
    public async Task A_version_that_the_gate_refuses_never_serves_and_one_it_warns_of_says_so()
    {
        using var data = new Case("chicago");
        await using (var warned = await RunningMonitor.StartAsync(data.Configuration))
        {
            var models = System.Text.Json.Nodes.JsonNode.Parse(await warned.Client.GetStringAsync("/v1/models"))!.AsArray();
            Assert.Equal([0, 1], models.Select(m => m!["gate"]!["findings"]!.AsArray().Count));
            Assert.Contains("modelmonitor_gate_breached{model=\"chicago_overfit\",version=\"2003-overfit\"} 1", await warned.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
            Assert.Equal(0, await warned.TerminateAsync());
            Assert.Contains("The gate of chicago_overfit warns of version 2003-overfit: overfitting: ", warned.Output, StringComparison.Ordinal);
        }

        await File.WriteAllTextAsync(data.Configuration, (await File.ReadAllTextAsync(data.Configuration, TestContext.Current.CancellationToken))
            .Replace("    label_delay: 2d", "    label_delay: 2d\n    gate: refuse", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        // It serves already: it goes on. In a state that does not know it yet it is refused.
        await using (var known = await RunningMonitor.StartAsync(data.Configuration)) Assert.Equal(0, await known.TerminateAsync());
        Directory.Delete(Path.Combine(data.Folder, "state"), recursive: true);
        (await CommandProcess.RunAsync(["run", "-c", data.Configuration])).IsRefusedWith("models.chicago_overfit.gate: version 2003-overfit is refused: overfitting: ");
    }

    [Fact]
    public async Task A_stale_baseline_is_one_line_that_names_it()
    {
        using var data = new Case("flights");
        Assert.Equal(0, (await CommandProcess.RunAsync(["baseline", "-c", data.Configuration])).Exit);
        await File.WriteAllTextAsync(data.Configuration, (await File.ReadAllTextAsync(data.Configuration, TestContext.Current.CancellationToken)).Replace("\"2001-01\"", "\"2001-02\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        (await CommandProcess.RunAsync(["run", "-c", data.Configuration])).IsRefusedWith("baseline.json: it belongs to version '2001-01'");
    }
}
