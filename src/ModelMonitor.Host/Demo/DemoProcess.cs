namespace ModelMonitor.Host.Demo;

/// <summary>The quickstart.</summary>
internal static class DemoProcess
{
    internal static Task<int> RunAsync(bool exit, string? listen, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("`demo` is not part of this build");
}
