using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Engine.Lifecycle;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Retraining;
using ModelMonitor.Engine.Tests.Flow;

namespace ModelMonitor.Engine.Tests.Lifecycle;

public sealed class ChallengerIntakeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_challenger_is_copied_named_and_numbered_and_its_arrival_is_on_record()
    {
        await using var monitor = Monitor();
        var intake = Intake(monitor);
        var first = await intake.AddAsync("m", File("a"), null, "trainer", null, """{"l2":1}""", default);
        var second = await intake.AddAsync("m", File("b"), "two", "api", null, null, default);
        Assert.Equal(("1-r1", VersionStage.Received, 1, "1", "trainer", """{"l2":1}"""), (first.Version, first.Stage, first.Attempt, first.Champion, first.Source, first.Report));
        Assert.Equal(("two", 2), (second.Version, second.Attempt));
        Assert.Equal("a", await System.IO.File.ReadAllTextAsync(first.Onnx, TestContext.Current.CancellationToken));
        Assert.StartsWith(_folder.FullName, first.Onnx, StringComparison.Ordinal);
        Assert.Equal(["version 1-r1 received as a challenger of 1", "version two received as a challenger of 1"], (await monitor.Audit()).Select(a => a.What));
    }

    [Fact]
    public async Task The_same_file_is_the_same_challenger_however_often_it_comes()
    {
        await using var monitor = Monitor();
        var file = File("a");
        var both = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Intake(monitor).AddAsync("m", file, null, "api", null, null, default)));
        Assert.All(both, dossier => Assert.Equal("1-r1", dossier.Version));
        Assert.Single(await monitor.Audit());
    }

    [Fact]
    public async Task A_version_is_one_file_for_ever()
    {
        await using var monitor = Monitor();
        var intake = Intake(monitor);
        await intake.AddAsync("m", File("a"), "two", "api", null, null, default);
        async Task<string> Refused(string model, string file, string? version, string? request = null) =>
            (await Assert.ThrowsAsync<ChallengerRefusedException>(() => intake.AddAsync(model, file, version, "api", request, null, default))).Message;
        Assert.Contains("known with another file", await Refused("m", File("b"), "two"), StringComparison.Ordinal);
        Assert.Contains("known with another file", await Refused("m", File("b"), "1"), StringComparison.Ordinal);
        Assert.Contains("no model 'x'", await Refused("x", File("b"), null), StringComparison.Ordinal);
        Assert.Contains("cannot be read", await Refused("m", "/no/such/file", null), StringComparison.Ordinal);
        Assert.Contains("no retrain request 'k'", await Refused("m", File("b"), null, "k"), StringComparison.Ordinal);
        foreach (var name in new[] { "a/b", "..", "-1", "a\nb", new string('v', 101), "二" }) Assert.Contains("letters, digits", await Refused("m", File("b"), name), StringComparison.Ordinal);
        Assert.Single(await Dossiers(monitor));
        Assert.Equal("2024.05_a+b-1", (await intake.AddAsync("m", File("c"), "2024.05_a+b-1", "api", null, null, default)).Version);
    }

    [Fact]
    public async Task A_request_is_answered_by_its_challenger_once()
    {
        await using var monitor = Monitor();
        var key = await new RetrainService(monitor.Catalog, monitor.Options, monitor.Evaluations, monitor.Writer, monitor.Counted, monitor.Clock).RequestAsync("m", "alice", null, default);
        await Intake(monitor).AddAsync("m", File("a"), null, "api", key, null, default);
        await Intake(monitor).AddAsync("m", File("b"), null, "api", key, null, default);
        await using var reader = await monitor.Store.OpenSnapshotAsync(default);
        var request = Assert.Single(await RetrainRequests.ReadAsync(reader, "m", 10, default));
        Assert.Equal((RetrainStatus.Trained, "1-r1"), (request.Status, request.Challenger));
        Assert.Equal(2, (await Dossiers(monitor)).Count);
    }

    [Fact]
    public async Task What_was_refused_at_the_door_does_not_stay_on_the_disk()
    {
        await using var monitor = Monitor();
        var taken = await Intake(monitor).AddAsync("m", File("a"), "two", "api", null, null, default);
        await Assert.ThrowsAsync<ChallengerRefusedException>(() => Intake(monitor).AddAsync("m", File("b"), "two", "api", null, null, default));
        var retention = new VersionRetention(monitor.Catalog, monitor.Options, monitor.Store, monitor.Clock);
        monitor.Clock.SetUtcNow(TimeProvider.System.GetUtcNow().AddDays(1));
        await retention.ExpireFilesAsync(default);
        Assert.Equal(2, Directory.GetFiles(Path.GetDirectoryName(taken.Onnx)!).Length);
        monitor.Clock.Advance(TimeSpan.FromDays(400));
        await retention.ExpireFilesAsync(default);
        Assert.Equal([taken.Onnx], Directory.GetFiles(Path.GetDirectoryName(taken.Onnx)!));
    }

    private Running Monitor() => new(Given.Model with { Scorer = new RepeatingScorer() }, options: Given.Monitor() with { StateFolder = _folder.FullName, Actions = [new ActionOptions { Name = "retrain", Hook = "fake" }] });

    private static ChallengerIntake Intake(Running monitor) => new(monitor.Catalog, monitor.Options, monitor.Writer);

    private static async Task<IReadOnlyList<VersionDossier>> Dossiers(Running monitor)
    {
        await using var reader = await monitor.Store.OpenSnapshotAsync(default);
        return await VersionDossier.ReadAsync(reader, "m", default);
    }

    private string File(string content)
    {
        var path = Path.Combine(_folder.FullName, content + ".onnx");
        System.IO.File.WriteAllText(path, content);
        return path;
    }
}
