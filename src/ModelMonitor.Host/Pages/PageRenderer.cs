using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging.Abstractions;

namespace ModelMonitor.Host.Pages;

/// <summary>Components as HTML, for pages and for reports alike. Nothing of them lives on: no state, no connection, no script.</summary>
internal static class PageRenderer
{
    public static async Task<string> RenderAsync<TPage>(params (string Name, object? Value)[] parameters)
        where TPage : IComponent
    {
        using var services = new ServiceCollection().BuildServiceProvider();
        var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        await using (renderer.ConfigureAwait(false))
        {
            return await renderer.Dispatcher.InvokeAsync(async () =>
            {
                var view = ParameterView.FromDictionary(parameters.ToDictionary(p => p.Name, p => p.Value));
                return (await renderer.RenderComponentAsync<TPage>(view).ConfigureAwait(true)).ToHtmlString();
            }).ConfigureAwait(false);
        }
    }
}
