using Microsoft.Extensions.Time.Testing;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;
using ModelMonitor.Host.Actions;
using ModelMonitor.Host.Tests.Configuration;
using static ModelMonitor.Host.Tests.Configuration.ConfigurationText;

namespace ModelMonitor.Host.Tests.Actions;

public sealed class CommandHookTests : IDisposable
{
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("modelmonitor-test-");
    private readonly FakeTimeProvider _clock = new();

    public void Dispose() => _state.Delete(recursive: true);

    [Fact]
    public async Task The_program_reads_the_message_and_may_hand_over_a_challenger()
    {
        var outcome = await RunAsync("""cat > got; echo progress; echo "{\"onnx\":\"new.onnx\",\"version\":\"$MODELMONITOR_MODEL-2\",\"report\":{\"l2\":1}}" """);
        Assert.True(outcome.Accepted, outcome.Error);
        Assert.Equal(new TrainedModel(Path.Combine(Folder, "new.onnx"), "flights-2", """{"l2":1}"""), outcome.Challenger);
        Assert.Equal("""{"model":"flights"}""", await System.IO.File.ReadAllTextAsync(Path.Combine(Folder, "got"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("echo done")]
    [InlineData("echo '{\"onnx\":\"\"}'")]
    [InlineData("echo '{broken'")]
    [InlineData("echo '{\"onnx\":[1]}'")]
    [InlineData("true")]
    public async Task Other_output_is_no_challenger(string script) => Assert.Equal(HookOutcome.Delivered, await RunAsync(script));

    [Theory]
    [InlineData("exit 75", true, "sh ended with 75")]
    [InlineData("echo first >&2; echo last >&2; exit 2", false, "sh ended with 2: last")]
    public async Task An_exit_code_says_whether_to_try_again(string script, bool retry, string error) =>
        Assert.Equal(new HookOutcome(false, retry, error), await RunAsync(script));

    [Fact]
    public async Task Output_without_end_is_read_and_dropped()
    {
        var outcome = await RunAsync("""head -c 20000000 /dev/zero | tr '\0' 'x'; echo; echo '{"onnx":"a.onnx"}'""");
        Assert.Equal("a.onnx", Path.GetFileName(outcome.Challenger?.Onnx));
    }

    [Fact]
    public async Task What_it_leaves_in_the_background_is_not_waited_for()
    {
        var outcome = await RunAsync("""sleep 60 & echo '{"onnx":"a.onnx"}'""");
        Assert.Equal((true, "a.onnx"), (outcome.Accepted, Path.GetFileName(outcome.Challenger?.Onnx)));
    }

    [Fact]
    public async Task At_its_timeout_the_program_is_killed_with_its_children()
    {
        var delivery = DeliverAsync("""sh -c 'sleep 600; touch survived' & echo $! > child; wait""", TimeSpan.FromMinutes(5));
        var child = Path.Combine(Folder, "child");
        Assert.True(SpinWait.SpinUntil(() => System.IO.File.Exists(child) && new FileInfo(child).Length > 0, TimeSpan.FromSeconds(20)));
        _clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(new HookOutcome(false, false, "sh was stopped after 300 s"), await delivery);
        var process = (await System.IO.File.ReadAllTextAsync(child, TestContext.Current.CancellationToken)).Trim();
        Assert.True(SpinWait.SpinUntil(() => !Directory.Exists($"/proc/{process}") || System.IO.File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal), TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_final()
    {
        var outcome = await Hook().DeliverAsync(s_message, new() { Name = "retrain", Hook = "command", Command = ["/no/such/program"] }, TestContext.Current.CancellationToken);
        Assert.Equal((false, false), (outcome.Accepted, outcome.Retry));
        Assert.StartsWith("program cannot be run: ", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Programs_are_off_unless_the_configuration_allows_them()
    {
        const string action = "actions: { a: { hook: command, command: [ ./train.sh, --fast ], timeout: 2h } }";
        Assert.Contains("allow_commands", FaultWith(action), StringComparison.Ordinal);
        var options = Options(Samples.Least + "\nallow_commands: true\n" + action);
        Assert.Equal(["./train.sh", "--fast"], options.Actions[0].Command);
        Assert.Equal(TimeSpan.FromHours(2), options.Actions[0].Timeout);
        Assert.Contains("actions.a.command: is required", FaultWith("allow_commands: true\nactions: { a: { hook: command } }"), StringComparison.Ordinal);
    }

    private static readonly OutboxRecord s_message = new() { Key = "k1", Model = "flights", Action = "retrain", Rule = "decay", Payload = """{"model":"flights"}""", CreatedAt = 0 };

    private string Folder => Path.Combine(_state.FullName, "retrain", "k1");

    private CommandHook Hook() => new(new MonitorOptions { StateFolder = _state.FullName, Models = [], Windows = [], Rules = [], AllowCommands = true }, _clock);

    private Task<HookOutcome> RunAsync(string script) => DeliverAsync(script, TimeSpan.FromDays(1));

    private Task<HookOutcome> DeliverAsync(string script, TimeSpan timeout) => Hook().DeliverAsync(
        s_message, new() { Name = "retrain", Hook = "command", Command = ["/bin/sh", "-c", script], Timeout = timeout }, TestContext.Current.CancellationToken).AsTask();
}
