using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;

namespace ModelMonitor.Deployment.Tests.Containers;

/// <summary>The container as `dotnet publish -t:PublishContainer` writes it into a file, unpacked: its configuration, and its layers laid over each other.</summary>
public sealed class ImageArchive : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor-image-");

    public JsonElement Settings { get; private set; }

    public string Tag { get; private set; } = "";

    /// <summary>The root of the file system that the container would see.</summary>
    public string Root => Path.Combine(_folder.FullName, "root");

    public async ValueTask InitializeAsync()
    {
        await using var registry = await BaseRegistry.StartAsync();
        var archive = Path.Combine(_folder.FullName, "image.tar.gz");
        // The projects that it refers to are built already, and what analyzers say was said then.
        var published = await Command.RunAsync(
            "dotnet",
            [
                "publish", Repository.PathOf("src", "ModelMonitor.Host"), "-c", Repository.Configuration, "-r", "linux-x64", "--no-restore", "-t:PublishContainer", "-p:BuildProjectReferences=false", "-p:RunAnalyzers=false",
                $"-p:ContainerBaseImage={registry.Image}", $"-p:ContainerArchiveOutputPath={archive}",
            ],
            environment: new Dictionary<string, string?> { ["MSBUILDDISABLENODEREUSE"] = "1" });
        published.Sound();
        Unpack(archive, Layout);
        using var index = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Layout, "index.json")));
        var image = index.RootElement.GetProperty("manifests")[0];
        Tag = image.GetProperty("annotations").GetProperty("org.opencontainers.image.ref.name").GetString()!;
        using var manifest = JsonDocument.Parse(await File.ReadAllTextAsync(Blob(image)));
        Settings = JsonDocument.Parse(await File.ReadAllTextAsync(Blob(manifest.RootElement.GetProperty("config")))).RootElement.GetProperty("config");
        foreach (var layer in manifest.RootElement.GetProperty("layers").EnumerateArray()) Unpack(Blob(layer), Root);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>An OCI image layout.</summary>
    private string Layout => Path.Combine(_folder.FullName, "archive");

    private string Blob(JsonElement descriptor) => Path.Combine([Layout, "blobs", .. descriptor.GetProperty("digest").GetString()!.Split(':')]);

    private static void Unpack(string file, string folder)
    {
        Directory.CreateDirectory(folder);
        using var stream = File.OpenRead(file);
        var compressed = stream.ReadByte() == 0x1f;
        stream.Position = 0;
        using Stream tar = compressed ? new GZipStream(stream, CompressionMode.Decompress) : stream;
        TarFile.ExtractToDirectory(tar, folder, overwriteFiles: true);
    }
}
