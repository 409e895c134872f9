using System.Text.Json.Nodes;
using ModelMonitor.Host.Files;
using ModelMonitor.Host.Tests.Cli;
using ModelMonitor.Host.Tests.EndToEnd;
using Parquet;
using Parquet.Schema;

namespace ModelMonitor.Host.Tests.Files;

/// <summary>The same rows give the same numbers, whichever format they lie in.</summary>
public sealed class ParquetAsArrowTests
{
    private static readonly string[] Files = ["reference_train", "reference_holdout", "production", "labels"];

    [Theory]
    [InlineData("birdstrikes", "birdstrikes", "year", CompressionMethod.Snappy)]
    [InlineData("chicago", "chicago", "year", CompressionMethod.Gzip)]
    public async Task A_case_in_Parquet_gives_the_report_of_the_case_in_Arrow_to_the_last_digit(string name, string model, string every, CompressionMethod compression)
    {
        using var data = new Case(name);
        var arrow = await EvaluateAsync(data, model, every, "arrows");
        foreach (var file in Files) await ConvertAsync(data, file, compression);
        await File.WriteAllTextAsync(data.Configuration, (await File.ReadAllTextAsync(data.Configuration, TestContext.Current.CancellationToken)).Replace(".arrows", ".parquet", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        var parquet = await EvaluateAsync(data, model, every, "parquet");
        Assert.Equal(arrow.ToJsonString(), parquet.ToJsonString());
    }

    [Fact]
    public async Task A_file_is_known_by_its_content_whatever_it_is_called_also_by_check_and_baseline()
    {
        using var data = new Case("birdstrikes");
        var arrow = await Ran.Command("check", "-c", data.Configuration);
        foreach (var file in Files)
        {
            await ConvertAsync(data, file, CompressionMethod.Snappy);
            File.Move(Path.Combine(data.Folder, file + ".parquet"), Path.Combine(data.Folder, file + ".arrows"), overwrite: true);
        }

        var parquet = await Ran.Command("check", "-c", data.Configuration);
        Assert.True(parquet.Exit == 0, parquet.Error);
        Assert.Equal(arrow.Output, parquet.Output);
        var baseline = await Ran.Command("baseline", "-c", data.Configuration);
        Assert.True(baseline.Exit == 0, baseline.Error);
        Assert.True(File.Exists(Path.Combine(data.Folder, "baseline.json")));
    }

    [Fact]
    public async Task Sent_to_a_running_monitor_Parquet_gives_the_digits_of_the_offline_evaluation()
    {
        using var data = new Case("birdstrikes");
        var expected = await data.OfflineAsync("birdstrikes", "year");
        await using var monitor = await RunningMonitor.StartAsync(data.Configuration);
        foreach (var (stream, file) in new[] { ("predictions", "production"), ("labels", "labels") })
        {
            await ConvertAsync(data, file, CompressionMethod.Zstd);
            string[] send = ["send", "-c", data.Configuration, "--stream", stream, Path.Combine(data.Folder, file + ".parquet"), "--to", monitor.Addresses[0].ToString(), "--batch-rows", "3000"];
            var first = await Ran.Command(send);
            Assert.True(first.Exit == 0, first.Error);
            Assert.StartsWith("rows: 0\nrows sent before", (await Ran.Command(send)).Output, StringComparison.Ordinal);
        }

        SameDigits.Check(expected, JsonNode.Parse(await monitor.Client.GetStringAsync("v1/models/birdstrikes/evaluate?every=year"))!);
    }

    private static async Task<JsonObject> EvaluateAsync(Case data, string model, string every, string extension)
    {
        var ran = await Ran.Command(
            "evaluate", "-c", data.Configuration, "--model", model, "--every", every, "--json", "-",
            "--production", Path.Combine(data.Folder, "production." + extension), "--labels", Path.Combine(data.Folder, "labels." + extension));
        Assert.True(ran.Exit == 0, ran.Error);
        return ran.Json;
    }

    private static async Task ConvertAsync(Case data, string file, CompressionMethod compression)
    {
        var batches = DataFile.ReadAll(Path.Combine(data.Folder, file + ".arrows")).ToList();
        await ParquetFile.WriteAsync(Path.Combine(data.Folder, file + ".parquet"), batches, compression, DateTimeTimeUnit.Micros);
    }
}
