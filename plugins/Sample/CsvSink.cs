using System.Globalization;
using ModelMonitor.Core;
using ModelMonitor.Engine.Evaluating;

namespace ModelMonitor.Sample;

/// <summary>Appends one line per defined value of an evaluation: end of the window, model, version, window, segment, metric, value.</summary>
public sealed class CsvSink(string file) : IEvaluationSink
{
    public string Name => "sample";

    public async ValueTask PublishAsync(PublishedEvaluation published, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(published);
        var of = published.Evaluation;
        // What is undefined has no line: a 0 would be a lie.
        var lines = of.Performance.Where(metric => metric.Value.Value is not null).Select(metric => string.Create(
            CultureInfo.InvariantCulture, $"{Instant.ToTime(of.PerformanceRange.End):O},{of.Model},{of.Version},{of.Window},{of.Segment},{metric.Key},{metric.Value.Value:R}"));
        await File.AppendAllLinesAsync(file, lines, cancellationToken).ConfigureAwait(false);
    }
}
