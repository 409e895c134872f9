using ModelMonitor.Engine.Options;
using Quartz;

namespace ModelMonitor.Host.Scheduling;

/// <summary>Quartz: one cron trigger per window, in UTC, and one for retention.</summary>
internal static class Schedules
{
    public static void AddSchedules(this WebApplicationBuilder builder, MonitorOptions options, TimeProvider clock)
    {
        builder.AddQuartz(quartz =>
        {
            quartz.UseTimeProvider(clock);
            quartz.UseInMemoryStore();
            foreach (var window in options.Windows)
            {
                var key = new JobKey("evaluate/" + window.Name);
                quartz.AddJob<EvaluationJob>(job => job.WithIdentity(key).UsingJobData(EvaluationJob.WindowKey, window.Name));
                quartz.AddTrigger(trigger => trigger.ForJob(key).WithIdentity(window.Name).WithCronSchedule(window.Schedule, cron => cron.InTimeZone(TimeZoneInfo.Utc).WithMisfireInstruction(CronTriggerMisfireInstruction.FireAndProceed)));
            }

            var retention = new JobKey("retention");
            quartz.AddJob<RetentionJob>(job => job.WithIdentity(retention));
            quartz.AddTrigger(trigger => trigger.ForJob(retention).WithIdentity("retention").WithCronSchedule(RetentionJob.Schedule, cron => cron.InTimeZone(TimeZoneInfo.Utc)));
        });
        builder.AddQuartzHostedService(hosted => hosted.WaitForJobsToComplete = true);
    }
}
