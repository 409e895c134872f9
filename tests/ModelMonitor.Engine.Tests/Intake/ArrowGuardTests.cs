using System.Text;
using ModelMonitor.Engine.Intake;
using static ModelMonitor.Engine.Tests.Intake.Messages;

namespace ModelMonitor.Engine.Tests.Intake;

public class ArrowGuardTests
{
    private static readonly byte[] OneColumn = Schema(Field());

    private static string Refusal(byte[] body, ArrowLimits? limits = null)
    {
        var fault = Assert.Throws<IntakeException>(() => ArrowGuard.Check(body, limits ?? Decoding.Small));
        Assert.True(fault.Malformed);
        return fault.Message;
    }

    private static byte[] Join(params byte[][] parts) => parts.SelectMany(part => part).ToArray();

    [Fact]
    public void A_real_stream_passes() => ArrowGuard.Check(File.ReadAllBytes(Streams.Birdstrikes), ArrowLimits.Request);

    [Fact]
    public void A_hand_made_stream_passes_and_reads()
    {
        byte[] body = Join(OneColumn, Message(3, Batch(2, 0, [0, 0, 0, 16]), Structs(7, 8)));
        using ArrowBatches batches = ArrowBatches.Open(body, Decoding.Small);
        Assert.Equal(2, batches.Next()!.Length);
        Assert.Null(batches.Next());
    }

    [Fact]
    public void Frames_without_the_continuation_marker_pass_and_read()
    {
        byte[] batch = Message(3, Batch(2, 0, [0, 0, 0, 16]), Structs(7, 8));
        using ArrowBatches batches = ArrowBatches.Open(Join(OneColumn[4..], batch[4..], new byte[4]), Decoding.Small);
        Assert.Equal(2, batches.Next()!.Length);
        Assert.Null(batches.Next());
    }

    [Fact]
    public void Plain_text_is_not_taken_for_a_length() =>
        Assert.StartsWith("message 1 at byte 0: metadata of", Refusal(Encoding.UTF8.GetBytes("column,other\n1,2\n3,4\n")), StringComparison.Ordinal);

    [Fact]
    public void An_empty_body_a_file_and_an_end_without_a_schema_are_refused()
    {
        Assert.Contains("empty", Refusal([]), StringComparison.Ordinal);
        Assert.Contains("Arrow file", Refusal(Streams.Write(Streams.Predictions(), file: true)), StringComparison.Ordinal);
        Assert.Contains("before its schema", Refusal([0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_stream_behind_the_first_is_not_dropped_without_a_word()
    {
        byte[] stream = Streams.Write(Streams.Predictions());
        Assert.Contains("follow the end", Refusal(Join(stream, stream)), StringComparison.Ordinal);
    }

    [Fact]
    public void Big_endian_data_are_refused() => Assert.Contains("big-endian", Refusal(BigEndianSchema()), StringComparison.Ordinal);

    [Fact]
    public void Old_metadata_versions_are_refused() =>
        Assert.Contains("metadata version 3", Refusal(Message(1, new Flat(), version: 2)), StringComparison.Ordinal);

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(long.MaxValue)]
    public void A_message_body_must_be_there(long claimed) =>
        Assert.Contains("a body of", Refusal(Join(OneColumn, Message(3, Batch(0, 0, [0, 0, 0, 0]), claimed: claimed))), StringComparison.Ordinal);

    [Theory]
    [InlineData(0, 17)]
    [InlineData(16, 1)]
    [InlineData(-8, 8)]
    [InlineData(8, -8)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public void A_buffer_must_lie_in_its_body(long offset, long length) =>
        Assert.Contains("outside the body", Refusal(Join(OneColumn, Message(3, Batch(1, 0, [0, 0, offset, length]), new byte[16]))), StringComparison.Ordinal);

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(200, 0)]
    [InlineData(1L << 40, 0)]
    [InlineData(2, 3)]
    [InlineData(2, -1)]
    public void Rows_and_nulls_must_be_plausible(long rows, long nulls)
    {
        string refusal = Refusal(Join(OneColumn, Message(3, Batch(rows, nulls, [0, 0, 0, 16]), new byte[16])));
        Assert.StartsWith($"message 2 at byte {OneColumn.Length}: ", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_no_columns_or_of_nulls_alone_are_not_believed()
    {
        Assert.Contains("rows cannot lie", Refusal(Join(Schema(), Message(3, new Flat { [0] = 1_000_000L }))), StringComparison.Ordinal);
        byte[] nulls = Join(Schema(Field("n", type: 1)), Message(3, new Flat { [0] = 1_000_000L, [1] = Structs(1_000_000, 1_000_000) }));
        Assert.Contains("rows cannot lie", Refusal(nulls), StringComparison.Ordinal);
    }

    [Fact]
    public void A_decompression_bomb_is_refused_by_what_it_declares()
    {
        byte[] body = [.. BitConverter.GetBytes(1L << 30), .. new byte[8]];
        byte[] bomb = Join(OneColumn, Message(3, Batch(2, 0, [0, 0, 0, 16], compressed: true), body));
        Assert.Contains("decoding takes", Refusal(bomb), StringComparison.Ordinal);
    }

    [Fact]
    public void Small_bombs_add_up()
    {
        byte[] body = [.. BitConverter.GetBytes(600_000L), .. new byte[8]];
        byte[] batch = Message(3, Batch(2, 0, [0, 0, 0, 16], compressed: true), body);
        ArrowGuard.Check(Join(OneColumn, batch), Decoding.Small);
        Assert.Contains("message 3", Refusal(Join(OneColumn, batch, batch)), StringComparison.Ordinal);
    }

    [Fact]
    public void Deltas_are_charged_for_the_copies_that_they_cause()
    {
        byte[] Delta(long size) => Message(
            2, new Flat { [0] = 1L, [1] = Batch(1, 0, [0, 0, 0, size]), [2] = (byte)1 }, new byte[size]);
        byte[][] deltas = Enumerable.Repeat(Delta(8), 10).ToArray();
        Assert.Contains("decoding takes", Refusal(Join([OneColumn, Delta(200_000), .. deltas])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(16, true)]
    [InlineData(17, false)]
    [InlineData(5000, false)]
    public void A_schema_may_be_16_levels_deep(int depth, bool fits)
    {
        Flat field = Field();
        for (int level = 1; level < depth; level++)
        {
            field = Field("list", List, field);
        }

        byte[] body = RunDeep(() => Schema(field));
        Assert.Equal(fits, Record.Exception(() => ArrowGuard.Check(body, Decoding.Small)) is null);
    }

    [Fact]
    public void Too_many_fields_messages_or_rows_are_refused()
    {
        Assert.Contains("10000 fields", Refusal(Schema(Enumerable.Repeat(Field(), 10_001).ToArray())), StringComparison.Ordinal);
        byte[] batch = Message(3, Batch(2, 0, [0, 0, 0, 16]), new byte[16]);
        byte[] body = Join(OneColumn, batch, batch);
        Assert.Contains("2 messages", Refusal(body, new ArrowLimits { MaxMessages = 2 }), StringComparison.Ordinal);
        Assert.Contains("3 rows", Refusal(body, new ArrowLimits { MaxRows = 3 }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_must_have_what_its_schema_asks_for()
    {
        Assert.Contains("field nodes", Refusal(Join(Schema(Field(), Field("y")), Message(3, Batch(0, 0, [0, 0, 0, 0])))), StringComparison.Ordinal);
        Assert.Contains("buffers", Refusal(Join(OneColumn, Message(3, Batch(0, 0, [0, 0])))), StringComparison.Ordinal);
        Assert.Contains("column of", Refusal(Join(OneColumn, Message(3, new Flat { [0] = 3L, [1] = Structs(2, 0), [2] = Structs(0, 0, 0, 0) }))), StringComparison.Ordinal);
        Assert.Contains("second schema", Refusal(Join(OneColumn, OneColumn)), StringComparison.Ordinal);
        Assert.Contains("start with a schema", Refusal(Message(3, Batch(0, 0, [0, 0, 0, 0]))), StringComparison.Ordinal);
        Assert.Contains("kind 4", Refusal(Join(OneColumn, Message(4, new Flat()))), StringComparison.Ordinal);
    }

    // The helper that writes the tables recurses too, and needs more stack than a test thread has.
    private static byte[] RunDeep(Func<byte[]> make)
    {
        byte[] made = [];
        var thread = new Thread(() => made = make(), maxStackSize: 256 << 20);
        thread.Start();
        thread.Join();
        return made;
    }
}
