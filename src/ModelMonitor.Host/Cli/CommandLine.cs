using System.CommandLine;

namespace ModelMonitor.Host.Cli;

/// <summary>The command `modelmonitor`: finds the subcommand and answers usage errors.</summary>
internal static class CommandLine
{
    /// <summary>How long a command may take to end after Ctrl-C before the process ends without it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var terminal = new Terminal(output, error);
        // A file name may begin with @: no response files.
        var parsed = Root(terminal).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            var command = parsed.CommandResult.Command;
            var name = command is RootCommand ? Name : $"{Name} {command.Name}";
            await error.WriteLineAsync($"error: {parsed.Errors[0].Message.ReplaceLineEndings(" ")} (see `{name} --help`)").ConfigureAwait(false);
            return ExitCode.Usage;
        }

        return await parsed.InvokeAsync(
            new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = Patience },
            cancellationToken).ConfigureAwait(false);
    }

    private const string Name = "modelmonitor";

    private static RootCommand Root(Terminal terminal) => new(
        """
        Monitors machine-learning models in production: drift, performance, overfitting and decay, with rules that notify and retrain.

        Exit codes: 0 done; 1 the input or configuration is wrong; 2 usage; 3 evaluate --fail-on-breach found a breach.

        Examples:
          modelmonitor init churn.onnx train.parquet --holdout holdout.parquet
          modelmonitor check -c monitor.yaml
          modelmonitor baseline -c monitor.yaml
          modelmonitor evaluate -c monitor.yaml --production june.arrows --labels june-labels.arrows --every week
          modelmonitor run -c monitor.yaml
        """)
    {
        DemoCommand.Make(terminal),
        RunCommand.Make(terminal),
        InitCommand.Make(terminal),
        CheckCommand.Make(terminal),
        BaselineCommand.Make(terminal),
        EvaluateCommand.Make(terminal),
        AcceptCommand.Make(terminal),
        RetrainCommand.Make(terminal),
        ModelsCommand.Make(terminal),
        PromoteCommand.Make(terminal),
        PromoteCommand.MakeRollback(terminal),
        SendCommand.Make(terminal),
        InspectCommand.Make(terminal),
    };
}
