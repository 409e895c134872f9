using ModelMonitor.Engine.Intake;
using ModelMonitor.Host.Files;
using ModelMonitor.Host.Tests.Cli;
using ModelMonitor.Host.Tests.EndToEnd;
using Parquet;

namespace ModelMonitor.Host.Tests.Files;

/// <summary>A damaged file is one clear line that names it: no hang, no crash, no memory for what it merely claims.</summary>
public sealed class CorruptParquetTests : IDisposable
{
    private readonly Case _data = new("birdstrikes");

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_file_that_is_cut_off_anywhere_is_refused_by_name()
    {
        var (path, whole) = await WholeAsync(CompressionMethod.Snappy);
        for (var length = 4; length < whole.Length; length += 1 + (whole.Length / 61))
        {
            await File.WriteAllBytesAsync(path, whole.AsMemory(0, length), TestContext.Current.CancellationToken);
            var refused = Assert.Throws<IntakeException>(() => DataFile.ReadAll(path).Count());
            Assert.StartsWith(path + ": ", refused.Message, StringComparison.Ordinal);
            Assert.Contains("cut off", refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(CompressionMethod.None)]
    [InlineData(CompressionMethod.Snappy)]
    [InlineData(CompressionMethod.Zstd)]
    [InlineData(CompressionMethod.Gzip)]
    public async Task Bytes_turned_over_are_refused_by_name_or_change_a_value_and_cost_no_memory(CompressionMethod compression)
    {
        var (path, whole) = await WholeAsync(compression);
        var random = new Random(7);
        var footer = BitConverter.ToInt32(whole, whole.Length - 8);
        var refusals = 0;
        var before = GC.GetTotalAllocatedBytes();
        const int Times = 150;
        for (var i = 0; i < Times; i++)
        {
            var bytes = (byte[])whole.Clone();
            // Every second time in the footer: there lie the lengths.
            var at = i % 2 == 0 ? random.Next(whole.Length - 8 - footer, whole.Length) : random.Next(4, whole.Length - 8 - footer);
            bytes[at] = (byte)random.Next(256);
            await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
            try
            {
                var rows = DataFile.ReadAll(path).Sum(b => (long)b.Length);
                Assert.InRange(rows, 0, 1_000_000);
            }
            catch (IntakeException e)
            {
                refusals++;
                Assert.StartsWith(path + ": ", e.Message, StringComparison.Ordinal);
                Assert.DoesNotContain('\n', e.Message);
            }
        }

        Assert.True(refusals > 10, $"only {refusals} of {Times} were refused: the test damages nothing");
        var each = (GC.GetTotalAllocatedBytes() - before) / Times;
        Assert.True(each < 64 << 20, $"{each >> 20} MiB a file of {whole.Length >> 10} KiB");
    }

    [Fact]
    public async Task Evaluate_says_it_in_one_line_and_exits_with_1()
    {
        var (path, whole) = await WholeAsync(CompressionMethod.Snappy);
        await File.WriteAllBytesAsync(path, whole.AsMemory(0, whole.Length / 2), TestContext.Current.CancellationToken);
        (await Ran.Command("evaluate", "-c", _data.Configuration, "--production", path)).IsRefusedWith($"{path}: the Parquet file is cut off");
        (await Ran.Command("send", "-c", _data.Configuration, "--stream", "predictions", path)).IsRefusedWith($"{path}: the Parquet file is cut off");
        await File.WriteAllTextAsync(path, "neither the one nor the other", TestContext.Current.CancellationToken);
        (await Ran.Command("evaluate", "-c", _data.Configuration, "--production", path)).IsRefusedWith(path);
    }

    private async Task<(string Path, byte[] Whole)> WholeAsync(CompressionMethod compression)
    {
        var path = Path.Combine(_data.Folder, "damaged.parquet");
        await ParquetFile.WriteAsync(path, [.. DataFile.ReadAll(Path.Combine(_data.Folder, "production.arrows")).Take(2)], compression);
        return (path, await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
    }
}
