using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Options;
using Quartz;

namespace ModelMonitor.Host.Scheduling;

/// <summary>One window's evaluation, fired by its cron expression. A run that takes longer than its period is not overtaken by the next.</summary>
[DisallowConcurrentExecution]
internal sealed class EvaluationJob(EvaluationService evaluations, MonitorOptions options) : IJob
{
    public const string WindowKey = "window";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        var name = context.MergedJobDataMap.GetString(WindowKey);
        await evaluations.RunAsync(options.Windows.First(w => w.Name == name), cancellationToken);
    }
}
