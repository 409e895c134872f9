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
    public async Task A_stale_baseline_is_one_line_that_names_it()
    {
        using var data = new Case("flights");
        Assert.Equal(0, (await CommandProcess.RunAsync(["baseline", "-c", data.Configuration])).Exit);
        await File.WriteAllTextAsync(data.Configuration, (await File.ReadAllTextAsync(data.Configuration, TestContext.Current.CancellationToken)).Replace("\"2001-01\"", "\"2001-02\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        (await CommandProcess.RunAsync(["run", "-c", data.Configuration])).IsRefusedWith("baseline.json: it belongs to version '2001-01'");
    }
}
