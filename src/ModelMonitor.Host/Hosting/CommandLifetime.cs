namespace ModelMonitor.Host.Hosting;

/// <summary>Leaves Ctrl-C and SIGTERM to the command line, which cancels the command: two who handle one signal race.</summary>
internal sealed class CommandLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
