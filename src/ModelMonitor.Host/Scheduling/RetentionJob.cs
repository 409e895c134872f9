using ModelMonitor.Engine;
using ModelMonitor.Engine.Capture;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Lifecycle;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using Quartz;

namespace ModelMonitor.Host.Scheduling;

/// <summary>Forgets what is older than its retention, a bounded amount per run.</summary>
[DisallowConcurrentExecution]
internal sealed class RetentionJob(ModelCatalog catalog, MonitorOptions options, StateWriter writer, CaptureService captures, VersionRetention versions, ITelemetry telemetry, ILogger<RetentionJob> logger) : IJob
{
    /// <summary>Every ten minutes, off the full ones, when evaluations fire.</summary>
    public const string Schedule = "30 3/10 * * * ?";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        var work = new RetentionWork(catalog, options, telemetry, logger);
        await writer.SubmitAsync(work);
        work.Report();
        await captures.ExpireFilesAsync(cancellationToken);
        await versions.ExpireFilesAsync(cancellationToken);
    }
}
