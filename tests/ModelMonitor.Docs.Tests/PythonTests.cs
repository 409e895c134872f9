using System.Diagnostics;
using System.Text.RegularExpressions;
using ModelMonitor.Host.Tests.EndToEnd;

namespace ModelMonitor.Docs.Tests;

/// <summary>Python of the pages compiles; where all that a block imports is there, it runs, against a running monitor.</summary>
public sealed partial class PythonTests
{
    [Fact]
    public async Task Every_block_compiles_and_runs_where_what_it_imports_is_there()
    {
        Shell.Need("python3");
        var blocks = Pages.BlocksOf("python").ToList();
        Assert.NotEmpty(blocks);
        var folder = Directory.CreateTempSubdirectory("modelmonitor-docs-");
        try
        {
            ChurnCase.Write(folder.FullName);
            var configuration = Path.Combine(folder.FullName, "monitor.yaml");
            await File.WriteAllTextAsync(configuration, ChurnCase.Configuration + "listen: { http: \"127.0.0.1:0\" }\n", TestContext.Current.CancellationToken);
            await using var monitor = await RunningMonitor.StartAsync(configuration);
            // First all of them, for one may import another.
            foreach (var block in blocks) await File.WriteAllTextAsync(Path.Combine(folder.FullName, NameOf(block)), block.Text, TestContext.Current.CancellationToken);
            var ran = 0;
            foreach (var block in blocks)
            {
                var compiled = await PythonAsync(folder.FullName, monitor, "-m", "py_compile", NameOf(block));
                Assert.True(compiled.Exit == 0, $"{block.Place}\n{compiled.Said}");
                var modules = Imports().Matches(block.Text).Select(match => match.Groups[1].Value).Distinct();
                if ((await PythonAsync(folder.FullName, monitor, "-c", string.Join('\n', modules.Select(module => $"import {module}")))).Exit != 0) continue;
                // Not as the main module: what serves for ever stands behind that.
                var done = await PythonAsync(folder.FullName, monitor, "-c", $"import runpy; runpy.run_path('{NameOf(block)}', run_name='page')");
                Assert.True(done.Exit == 0, $"{block.Place}\n{done.Said}");
                ran++;
            }

            Assert.True(ran > 0);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_receiver_of_the_page_takes_what_is_signed_and_nothing_else()
    {
        Shell.Need("python3");
        var folder = Directory.CreateTempSubdirectory("modelmonitor-docs-");
        try
        {
            var block = Pages.BlocksOf("python").Single(b => NameOf(b) == "receiver.py");
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "receiver.py"), block.Text, TestContext.Current.CancellationToken);
            // As the standard's own example signs it.
            const string Check = """
                import receiver
                secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
                headers = {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}
                assert receiver.signed(headers, body, secret, now=1614265331)
                assert not receiver.signed(headers, body + b" ", secret, now=1614265331)
                assert not receiver.signed(headers, body, secret, now=1614265330 + 3600)
                """;
            var (exit, said) = await PythonAsync(folder.FullName, null, "-c", Check);
            Assert.True(exit == 0, said);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(int Exit, string Said)> PythonAsync(string folder, RunningMonitor? monitor, params string[] args)
    {
        var start = new ProcessStartInfo("python3", args) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        if (monitor is not null) start.Environment["MODELMONITOR"] = monitor.Addresses[0].ToString().TrimEnd('/');
        return await Shell.SayAsync(start);
    }

    /// <summary>The first line of a block is its file's name.</summary>
    private static string NameOf(Block block) => FileName().Match(block.Text) is { Success: true } match ? match.Groups[1].Value : throw new InvalidOperationException($"{block.Place}: the first line must be `# NAME.py`");

    [GeneratedRegex(@"^# (\w+\.py)")]
    private static partial Regex FileName();

    [GeneratedRegex(@"^\s*(?:from|import) ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Imports();
}
