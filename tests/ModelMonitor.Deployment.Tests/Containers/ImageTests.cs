namespace ModelMonitor.Deployment.Tests.Containers;

/// <summary>The image as it is built, but for its base, which is a registry's on loopback.</summary>
public sealed class ImageTests(ImageArchive image) : IClassFixture<ImageArchive>
{
    private IEnumerable<string> Texts(string property) => image.Settings.GetProperty(property).EnumerateArray().Select(item => item.GetString()!);

    [Fact]
    public void It_runs_the_monitor_as_a_user_who_is_not_root_on_its_three_ports()
    {
        Assert.Equal("1654", image.Settings.GetProperty("User").GetString());
        Assert.Equal(["8815/tcp", "9464/tcp", "9465/tcp"], image.Settings.GetProperty("ExposedPorts").EnumerateObject().Select(port => port.Name).Order());
        Assert.DoesNotContain("ASPNETCORE_HTTP_PORTS=8080", Texts("Env"));
        Assert.Equal(["dotnet", "/app/modelmonitor.dll"], Texts("Entrypoint"));
        Assert.Equal(["run", "-c", "/etc/modelmonitor/monitor.yaml"], Texts("Cmd"));
        Assert.Equal(Repository.Version, image.Tag);
    }

    [Fact]
    public void It_says_what_it_is()
    {
        var labels = image.Settings.GetProperty("Labels");
        string Label(string name) => labels.GetProperty("org.opencontainers.image." + name).GetString()!;
        Assert.Equal("Model Monitor", Label("title"));
        Assert.Equal(Repository.Version, Label("version"));
        Assert.Contains("machine-learning models in production", Label("description"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_it_holds_runs_and_finds_its_plugins()
    {
        var app = Path.Combine(image.Root, "app", "modelmonitor.dll");
        var data = Path.Combine(AppContext.BaseDirectory, "Data", "flights");
        var said = (await Command.RunAsync("dotnet", [app, "check", "-c", Path.Combine(data, "monitor.yaml")])).Sound();
        Assert.Contains("flights: version 2001-01, binary, provider cpu", said, StringComparison.Ordinal);
        foreach (var plugin in new[] { "kubernetes-job", "trainer" }) Assert.Contains($"plugin {plugin}", said, StringComparison.Ordinal);
        // For this machine alone: libraries of others would be three quarters of it.
        Assert.Empty(Directory.GetFiles(image.Root, "*.dylib", SearchOption.AllDirectories));
        Assert.InRange(Directory.GetFiles(image.Root, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length), 20_000_000, 90_000_000);
    }
}
