using System.Text;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Engine;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Lifecycle;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;
using ModelMonitor.Host.Http;
using ModelMonitor.Host.Pages.Reading;
using ModelMonitor.Host.Store;

namespace ModelMonitor.Host.Pages;

/// <summary>The pages: how the models are doing, for people. Reads committed state, changes nothing.</summary>
internal static class PageEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        var pages = routes.MapGroup("").ExcludeFromDescription();
        pages.MapGet(PageLinks.Overview, OverviewAsync);
        pages.MapGet(PageLinks.Health, HealthAsync);
        pages.MapGet("/models/{model}", ModelAsync);
        pages.MapGet("/models/{model}/feature", FeatureAsync);
        pages.MapGet("/models/{model}/findings", FindingsAsync);
        pages.MapGet("/models/{model}/versions", VersionsAsync);
        pages.MapGet("/models/{model}/report", ReportAsync);
    }

    private static Task<IResult> OverviewAsync(HttpContext context, ModelCatalog catalog, MonitorOptions options) => ShowAsync(context, async (reader, now, cancellationToken) =>
        await PageRenderer.RenderAsync<OverviewPage>(("View", await OverviewReader.ReadAsync(reader, catalog, options, cancellationToken).ConfigureAwait(false)), ("ReadAt", now)).ConfigureAwait(false));

    private static Task<IResult> HealthAsync(HttpContext context, ModelCatalog catalog, MonitorOptions options, StateWriter writer, ITelemetry telemetry) => ShowAsync(context, async (reader, now, cancellationToken) =>
        await PageRenderer.RenderAsync<HealthPage>(("View", await HealthReader.ReadAsync(reader, catalog, options, writer, telemetry, cancellationToken).ConfigureAwait(false)), ("ReadAt", now)).ConfigureAwait(false));

    private static Task<IResult> ModelAsync(HttpContext context, ModelCatalog catalog, MonitorOptions options, string model) => ShowAsync(context, async (reader, now, cancellationToken) =>
    {
        var serving = Find(catalog, model);
        var view = await ModelReader.ReadAsync(reader, serving, options, PageQuery.Read(context.Request.Query), ModelReader.Sums.Drift | ModelReader.Sums.Measured, null, segments: true, cancellationToken).ConfigureAwait(false);
        return await PageRenderer.RenderAsync<ModelPage>(("View", view), ("Versions", serving.Versions.Select(v => v.Baseline.Version).ToArray()), ("ReadAt", now)).ConfigureAwait(false);
    });

    private static Task<IResult> FeatureAsync(HttpContext context, ModelCatalog catalog, MonitorOptions options, string model, string? name) => ShowAsync(context, async (reader, now, cancellationToken) =>
    {
        var serving = Find(catalog, model);
        var query = PageQuery.Read(context.Request.Query);
        var view = await ModelReader.ReadAsync(reader, serving, options, query, ModelReader.Sums.Drift, name, segments: false, cancellationToken).ConfigureAwait(false);
        return await PageRenderer.RenderAsync<FeaturePage>(("View", view), ("Place", PlaceOf(view.Baseline, model, name)), ("ReadAt", now)).ConfigureAwait(false);
    });

    private static Task<IResult> FindingsAsync(HttpContext context, ModelCatalog catalog, MonitorOptions options, string model) => ShowAsync(context, async (reader, now, cancellationToken) =>
        await PageRenderer.RenderAsync<FindingsPage>(("View", await FindingsReader.ReadAsync(reader, Find(catalog, model), options, PageQuery.Read(context.Request.Query), cancellationToken).ConfigureAwait(false)), ("ReadAt", now)).ConfigureAwait(false));

    private static Task<IResult> VersionsAsync(HttpContext context, ModelCatalog catalog, MonitorOptions options, string model) => ShowAsync(context, async (reader, now, cancellationToken) =>
        await PageRenderer.RenderAsync<VersionsPage>(("WaitsFor", (Func<string, string?>)(version => context.RequestServices.GetService<LifecycleService>()?.WaitsFor(model, version))), ("View", await VersionsReader.ReadAsync(reader, Find(catalog, model), options, PageQuery.Read(context.Request.Query), cancellationToken).ConfigureAwait(false)), ("ReadAt", now)).ConfigureAwait(false));

    private static async Task<IResult> ReportAsync(HttpContext context, ModelCatalog catalog, MonitorOptions options, ReportGate gate, string model, string? every, string? version)
    {
        using var turn = await gate.EnterAsync(context.RequestAborted).ConfigureAwait(false);
        return await ShowAsync(context, async (reader, now, cancellationToken) =>
        {
            var report = await StoredReport.BuildAsync(reader, Find(catalog, model), options, every, version, cancellationToken).ConfigureAwait(false);
            var view = await ReportView.ReadAsync(reader, report.Report, report.Every, options.Rules, cancellationToken).ConfigureAwait(false);
            return await PageRenderer.RenderAsync<ReportPage>((nameof(ReportPage.View), view), (nameof(ReportPage.ReadAt), now)).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private static MonitoredModel Find(ModelCatalog catalog, string name) =>
        catalog.Find(name) ?? throw new PageException(404, $"There is no model '{name}'; there is {string.Join(", ", catalog.Models.Select(m => m.Name))}.");

    private static int PlaceOf(Baseline baseline, string model, string? name)
    {
        for (var place = 0; place < baseline.Shape.Features.Count; place++)
        {
            if (baseline.Shape.Features[place].Name == name) return place;
        }

        throw new PageException(404, $"Model '{model}' watches no column '{name}'.");
    }

    /// <summary>A page from one snapshot; where there is none, a page that says why.</summary>
    private static async Task<IResult> ShowAsync(HttpContext context, Func<IStateReader, DateTimeOffset, CancellationToken, Task<string>> page)
    {
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        var (headers, status, html) = (context.Response.Headers, 200, "");
        headers.ContentSecurityPolicy = PageStyle.Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "same-origin";
        try
        {
            var reader = await context.RequestServices.GetRequiredService<IStateStore>().OpenSnapshotAsync(context.RequestAborted).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false)) html = await page(reader, now, context.RequestAborted).ConfigureAwait(false);
        }
        catch (ReportRefusedException e)
        {
            (status, html) = (e.Status, await MessageAsync(e.Status == 404 ? "Not here" : "Not understood", e.Message).ConfigureAwait(false));
        }
        catch (PageException e)
        {
            (status, html) = (e.Status, await MessageAsync(e.Status == 404 ? "Not here" : "Not understood", e.Message).ConfigureAwait(false));
        }
        catch (Exception e) when (StoreFailure.Is(e))
        {
            HttpLog.StoreSilent(context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(PageEndpoints).FullName!), e);
            headers.RetryAfter = "1";
            (status, html) = (503, await MessageAsync("No answer", "The state store does not answer. What is monitored goes on; try again in a moment.").ConfigureAwait(false));
        }

        return Results.Text(html, "text/html", Encoding.UTF8, status);

        Task<string> MessageAsync(string title, string message) => PageRenderer.RenderAsync<MessagePage>(("Title", title), ("Message", message), ("ReadAt", now));
    }
}
