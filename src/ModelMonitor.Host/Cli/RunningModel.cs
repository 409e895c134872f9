using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace ModelMonitor.Host.Cli;

/// <summary>A model of a running monitor, as the commands of its life cycle ask for it.</summary>
internal sealed record RunningModel(string Name, string Address, string? Key)
{
    private const string Silent = "no monitor answers";

    /// <param name="model">Null: the only one of the configuration.</param>
    /// <param name="to">Null: where the configuration says that it listens.</param>
    /// <exception cref="CliException">The configuration cannot be read, or has no such model.</exception>
    public static RunningModel Of(string configuration, string? model, string? to)
    {
        var options = Configured.Load(configuration, checkFiles: false);
        return new(Configured.Model(options, model).Name, to ?? SharedOptions.AddressOf(options.ListenHttp), options.OperatorKey);
    }

    /// <param name="path">Below the model's address.</param>
    /// <param name="body">Posted as JSON; null: a GET.</param>
    /// <exception cref="CliException">It does not answer, or refuses: its own words.</exception>
    public Task<JsonNode> AskAsync(string path, object? body, CancellationToken cancellationToken) =>
        MonitorApi.AskAsync(Address, Below(path), body is null ? null : JsonContent.Create(body), Key, Silent, cancellationToken);

    /// <summary>Posts a file.</summary>
    /// <exception cref="CliException">It cannot be read; the monitor does not answer, or refuses.</exception>
    public async Task<JsonNode> SendAsync(string path, string file, CancellationToken cancellationToken)
    {
        try
        {
            using var content = new StreamContent(File.OpenRead(file));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            return await MonitorApi.AskAsync(Address, Below(path), content, Key, Silent, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{file}: {e.Message}");
        }
    }

    private string Below(string path) => $"v1/models/{Uri.EscapeDataString(Name)}/{path}";
}
