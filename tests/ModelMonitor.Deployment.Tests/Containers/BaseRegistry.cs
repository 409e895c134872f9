using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ModelMonitor.Deployment.Tests.Containers;

/// <summary>A registry on loopback with one image to build upon: what a .NET image says of itself, over a layer of one file.</summary>
internal sealed class BaseRegistry : IAsyncDisposable
{
    private const string Manifest = "application/vnd.oci.image.manifest.v1+json";

    private readonly Dictionary<string, (string Type, byte[] Bytes)> _blobs = [];
    private readonly WebApplication _app;

    private BaseRegistry(WebApplication app) => _app = app;

    /// <summary>How `ContainerBaseImage` names it.</summary>
    public string Image => $"localhost:{new Uri(_app.Urls.Single()).Port}/base:1";

    public static async Task<BaseRegistry> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var registry = new BaseRegistry(builder.Build());
        var (tar, layer) = Layer("etc/passwd", "root:x:0:0::/root:/bin/false\napp:x:1654:1654::/home/app:/bin/false\n");
        var config = registry.Add("application/vnd.oci.image.config.v1+json", JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture = "amd64",
            os = "linux",
            config = new { Env = new[] { "PATH=/usr/bin", "APP_UID=1654", "ASPNETCORE_HTTP_PORTS=8080" } },
            rootfs = new { type = "layers", diff_ids = new[] { Digest(tar) } },
        }));
        var content = registry.Add("application/vnd.oci.image.layer.v1.tar+gzip", layer);
        var manifest = registry.Add(Manifest, JsonSerializer.SerializeToUtf8Bytes(new { schemaVersion = 2, mediaType = Manifest, config, layers = new[] { content } }));
        registry._blobs["1"] = registry._blobs[manifest.digest];
        registry._app.MapGet("/v2/", () => "{}");
        registry._app.MapMethods("/v2/base/{kind}/{reference}", ["GET", "HEAD"], (string reference, HttpResponse response) => registry.AnswerAsync(reference, response));
        await registry._app.StartAsync(TestContext.Current.CancellationToken);
        return registry;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(string reference, HttpResponse response)
    {
        if (!_blobs.TryGetValue(reference, out var blob))
        {
            response.StatusCode = 404;
            return;
        }

        response.ContentType = blob.Type;
        response.ContentLength = blob.Bytes.Length;
        response.Headers["Docker-Content-Digest"] = Digest(blob.Bytes);
        if (response.HttpContext.Request.Method == "GET") await response.Body.WriteAsync(blob.Bytes);
    }

    private Descriptor Add(string type, byte[] bytes)
    {
        _blobs[Digest(bytes)] = (type, bytes);
        return new(type, Digest(bytes), bytes.Length);
    }

    private static (byte[] Tar, byte[] Compressed) Layer(string path, string text)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true)) writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(tar.ToArray());
        return (tar.ToArray(), compressed.ToArray());
    }

    private static string Digest(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>The names are those of the OCI specification.</summary>
    private sealed record Descriptor(string mediaType, string digest, long size);
}
