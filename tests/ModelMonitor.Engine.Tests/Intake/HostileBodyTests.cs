using Apache.Arrow;
using Apache.Arrow.Ipc;
using ModelMonitor.Engine.Intake;

namespace ModelMonitor.Engine.Tests.Intake;

public class HostileBodyTests
{
    private const long MostBytes = 4 << 20;
    private const int Rounds = 2000;

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
        for (int round = 0; round < Rounds; round++)
        {
            Survives(Noisy(body, random), out _);
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Noise_in_a_column_of_any_type_is_refused_or_read_as_whatever_it_is_asked_for(string codec)
    {
        IArrowArray[] columns = [.. Columns.Numbers.Values, .. Columns.Texts.Values, new NullArray(4)];
        byte[] body = Streams.Write(Streams.Batch(columns.Select((column, i) => ($"c{i}", column)).ToArray()), CodecOf(codec));
        var random = new Random(2);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] noisy = Noisy(body, random);
            if (Refused(() => ArrowBatches.Open(noisy, Decoding.Small).ReadAll().ToList(), out List<RecordBatch>? batches))
            {
                continue;
            }

            foreach (IArrowArray column in batches!.SelectMany(batch => batch.Arrays))
            {
                Refused(() => { ColumnReader.ReadDoubles(column, "x", new double[column.Length]); return 0; }, out _);
                Refused(() => ColumnReader.ReadStrings(column, "x"), out _);
                Refused(() => ColumnReader.ReadIds(column, "x"), out _);
                Refused(() => ColumnReader.ReadTimes(column, "x"), out _);
                Refused(() => { ColumnReader.ReadInt64s(column, "x", new long[column.Length], new bool[column.Length]); return 0; }, out _);
            }
        }
    }

    private static bool Refused<T>(Func<T> read, out T? result)
    {
        result = default;
        try
        {
            result = read();
            return false;
        }
        catch (IntakeException)
        {
            return true;
        }
    }

    private static byte[] Noisy(byte[] body, Random random)
    {
        byte[] noisy = [.. body];
        for (int changes = random.Next(1, 6); changes > 0; changes--)
        {
            int value = random.Next(6) switch { 0 => -1, 1 => int.MaxValue, 2 => 0, 3 or 4 => random.Next(64), _ => random.Next() };
            BitConverter.TryWriteBytes(noisy.AsSpan(random.Next(body.Length) & ~3), value);
        }

        return noisy;
    }
}
