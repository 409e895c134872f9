using Microsoft.Net.Http.Headers;
using Prometheus;

namespace ModelMonitor.Host.Export;

/// <summary>The two text formats of an exposition.</summary>
public enum MetricsFormat
{
    /// <summary>Prometheus text 0.0.4.</summary>
    Text,

    /// <summary>OpenMetrics 1.0.0.</summary>
    OpenMetrics,
}

/// <summary>The time series of this process and their exposition. A registry of its own: nothing global, no runtime metrics.</summary>
/// <remarks>A scrape sees an evaluation whole or not at all: publishing and collecting exclude each other.</remarks>
public sealed class MetricsRegistry : IDisposable
{
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <param name="seriesPerModel">How many series one model may have at most.</param>
    public MetricsRegistry(int seriesPerModel = 1000)
    {
        Budget = new SeriesBudget(seriesPerModel);
        Factory = Metrics.WithCustomRegistry(_registry);
        // Exemplars would carry trace ids, and ids never leave as labels.
        Factory.ExemplarBehavior = ExemplarBehavior.NoExemplars();
    }

    internal SeriesBudget Budget { get; }

    internal MetricFactory Factory { get; }

    /// <summary>The format that an `Accept` header asks for; text where it asks for nothing that is known.</summary>
    public static MetricsFormat Negotiate(string? accept)
    {
        if (!MediaTypeHeaderValue.TryParseList([accept ?? ""], out var types)) return MetricsFormat.Text;
        var open = Quality("application/openmetrics-text");
        var text = Quality("text/plain");
        return open > 0 && open >= text ? MetricsFormat.OpenMetrics : MetricsFormat.Text;

        double Quality(string mediaType) => types
            .Where(t => t.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
            .Select(t => t.Quality ?? 1).DefaultIfEmpty(0).Max();
    }

    /// <summary>The value of the response's `Content-Type`.</summary>
    public static string ContentType(MetricsFormat format) => format == MetricsFormat.OpenMetrics
        ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
        : "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Writes all series as Prometheus text.</summary>
    public Task WriteAsync(Stream stream, CancellationToken cancellationToken) => WriteAsync(stream, MetricsFormat.Text, cancellationToken);

    /// <summary>Writes all series. The stream stays open.</summary>
    public async Task WriteAsync(Stream stream, MetricsFormat format, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        // Collected into memory first: a slow scraper must not hold up what is published.
        using var buffer = new MemoryStream();
        using (await ExclusiveAsync(cancellationToken).ConfigureAwait(false))
        {
            var exposition = format == MetricsFormat.OpenMetrics ? ExpositionFormat.OpenMetricsText : ExpositionFormat.PrometheusText;
            await _registry.CollectAndExportAsTextAsync(buffer, exposition, cancellationToken).ConfigureAwait(false);
        }

        await stream.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _gate.Dispose();

    /// <summary>No scrape runs until the answer is disposed of.</summary>
    internal async Task<IDisposable> ExclusiveAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Release(_gate);
    }

    private sealed class Release(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
