using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Actions;

/// <summary>Starts a program with the message on its standard input.</summary>
/// <remarks>
/// The message's key is in MODELMONITOR_KEY, the model in MODELMONITOR_MODEL; the program runs in a folder of its own for the message, which stays over tries.
/// Exit code 0 is a delivery, 75 (EX_TEMPFAIL) asks for another try, any other is final. The last line of its output may be
/// `{"onnx":"FILE","version":"V"}`: a challenger. At its timeout it is killed with its children. Output beyond 1 MiB is read and dropped.
/// What it leaves in the background when it ends is its own affair, and is waited for no longer than its last words take.
/// </remarks>
public sealed class CommandHook(MonitorOptions options, TimeProvider clock) : IRetrainHook
{
    private const int TryAgain = 75;
    private const int MaxOutput = 1 << 20;
    private const int MaxError = 300;

    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(5);

    public string Name => "command";

    public IReadOnlyList<string> Check(ActionOptions action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return action.Command.Count == 0 ? ["command: a program and its arguments are required"] : [];
    }

    public async ValueTask<HookOutcome> DeliverAsync(OutboxRecord message, ActionOptions action, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(action);
        if (!options.AllowCommands) return HookOutcome.Never("starting programs is off: allow_commands");
        if (action.Command.Count == 0) return HookOutcome.Never("the action names no program");
        var program = Path.GetFileName(action.Command[0]);
        using var limit = new CancellationTokenSource(action.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var process = Start(message, action);
            try
            {
                return await RunAsync(process, program, message, either.Token).ConfigureAwait(false);
            }
            finally
            {
                // Whatever happens, nothing of it runs on.
                if (!process.HasExited) process.Kill(entireProcessTree: true);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HookOutcome.Never($"{program} was stopped after {action.Timeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s");
        }
        catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return HookOutcome.Never($"{program} cannot be run: {e.Message}");
        }
    }

    private Process Start(OutboxRecord message, ActionOptions action)
    {
        var folder = Path.Combine(options.StateFolder, "retrain", message.Key);
        Directory.CreateDirectory(folder);
        return Process.Start(new ProcessStartInfo(action.Command[0], action.Command.Skip(1))
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            Environment = { ["MODELMONITOR_KEY"] = message.Key, ["MODELMONITOR_MODEL"] = message.Model },
        }) ?? throw new InvalidOperationException("it did not start");
    }

    private static async Task<HookOutcome> RunAsync(Process process, string program, OutboxRecord message, CancellationToken cancellationToken)
    {
        var (output, error) = (new Tail(process.StandardOutput), new Tail(process.StandardError));
        try
        {
            await process.StandardInput.WriteAsync(message.Payload.AsMemory(), cancellationToken).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It need not read what it does not care for.
        }

        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        // What it left running holds the pipes open: they end when that does.
        await Task.WhenAny(Task.WhenAll(output.Read, error.Read), Task.Delay(s_lastWords, TimeProvider.System, cancellationToken)).ConfigureAwait(false);
        var (told, complained) = (output.ToString(), error.ToString());
        if (process.ExitCode == 0) return new(true, false, null, null, ChallengerIn(told, process.StartInfo.WorkingDirectory));
        var last = LastLine(complained);
        var reason = $"{program} ended with {process.ExitCode}{(last is null ? "" : $": {(last.Length > MaxError ? last[..MaxError] + "…" : last)}")}";
        return process.ExitCode == TryAgain ? HookOutcome.Later(reason) : HookOutcome.Never(reason);
    }

    private static TrainedModel? ChallengerIn(string output, string folder)
    {
        try
        {
            return LastLine(output) is { } line && line.StartsWith('{') && JsonNode.Parse(line) is JsonObject json && (string?)json["onnx"] is { Length: > 0 } onnx
                ? new(Path.GetFullPath(onnx, folder), (string?)json["version"], json["report"]?.ToJsonString()) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? LastLine(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault();

    /// <summary>The end of what it writes; all of it is read, or it would wait for ever.</summary>
    private sealed class Tail
    {
        private readonly StringBuilder _kept = new();

        public Tail(StreamReader reader) => Read = ReadAsync(reader);

        /// <summary>Over when the pipe is.</summary>
        public Task Read { get; }

        public override string ToString()
        {
            lock (_kept) return _kept.ToString();
        }

        private async Task ReadAsync(StreamReader reader)
        {
            var buffer = new char[4096];
            try
            {
                while (await reader.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var read)
                {
                    lock (_kept)
                    {
                        _kept.Append(buffer, 0, read);
                        if (_kept.Length > 2 * MaxOutput) _kept.Remove(0, _kept.Length - MaxOutput);
                    }
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
            {
                // The hook went on without it.
            }
        }
    }
}
