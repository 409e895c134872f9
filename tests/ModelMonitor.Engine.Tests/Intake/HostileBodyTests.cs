using Apache.Arrow.Ipc;
using ModelMonitor.Engine.Intake;

namespace ModelMonitor.Engine.Tests.Intake;

public class HostileBodyTests
{
    private const long MostBytes = 4 << 20;

    public static TheoryData<string> Codecs => ["none", "Lz4Frame", "Zstd"];

    private static CompressionCodecType? CodecOf(string codec) => Enum.TryParse(codec, out CompressionCodecType type) ? type : null;

    /// <summary>True where the body was read; false where it was refused; anything else fails the test.</summary>
    private static bool Survives(ReadOnlyMemory<byte> body, out List<DecodedBatch> batches)
    {
        batches = [];
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            batches = Decoding.Run(body);
            return true;
        }
        catch (IntakeException)
        {
            return false;
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void A_stream_cut_at_any_byte_is_refused_or_gives_whole_batches(string codec)
    {
        byte[] body = Streams.Write(Streams.Predictions(), CodecOf(codec), times: 2);
        Assert.True(Survives(body, out List<DecodedBatch> all));
        Assert.Equal(2, all.Count);
        int read = 0;
        for (int length = 0; length < body.Length; length++)
        {
            if (Survives(body.AsMemory(0, length), out List<DecodedBatch> batches))
            {
                read++;
                Assert.All(batches, batch => Assert.Equal(3, batch.Rows));
            }
        }

        // Between two messages a cut cannot be told from an end without its marker.
        Assert.InRange(read, 1, 8);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void A_stream_with_any_byte_changed_is_refused_or_read(string codec)
    {
        byte[] body = Streams.Write(Streams.Predictions(), CodecOf(codec), times: 2);
        foreach (byte change in new byte[] { 0x01, 0x04, 0x80, 0xFF })
        {
            for (int at = 0; at < body.Length; at++)
            {
                body[at] ^= change;
                Survives(body, out _);
                body[at] ^= change;
            }
        }
    }

    [Fact]
    public void Noise_is_refused_or_read()
    {
        byte[] body = Streams.Write(Streams.Predictions());
        var random = new Random(1);
        for (int round = 0; round < 3000; round++)
        {
            byte[] noisy = [.. body];
            for (int changes = random.Next(1, 6); changes > 0; changes--)
            {
                int at = random.Next(noisy.Length & ~3);
                BitConverter.TryWriteBytes(noisy.AsSpan(at & ~3), random.Next(5) switch { 0 => -1, 1 => int.MaxValue, 2 => 0, 3 => random.Next(64), _ => random.Next() });
            }

            Survives(noisy, out _);
        }
    }
}
