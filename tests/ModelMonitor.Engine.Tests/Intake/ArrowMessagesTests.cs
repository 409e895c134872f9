using Apache.Arrow;
using Apache.Arrow.Types;
using ModelMonitor.Engine.Intake;

namespace ModelMonitor.Engine.Tests.Intake;

/// <summary>Messages that come one by one make the streams that they would have been part of.</summary>
public sealed class ArrowMessagesTests
{
    private static ArrowMessages New(long maxBytes = 1 << 20, ArrowLimits? limits = null) => new(limits ?? ArrowLimits.Request, maxBytes);

    [Fact]
    public void Each_batch_of_a_stream_becomes_a_stream_that_reads_the_same()
    {
        var batch = Streams.Batch(
            ("x", Streams.Doubles(1, null, -0.5)),
            ("s", Streams.Strings("a", null, "ä")),
            ("d", Streams.Dictionary(Int32Type.Default, new Int32Array.Builder().Append(1).Append(0).AppendNull().Build(), Streams.Strings("one", "two"))));
        var messages = New();
        var read = 0;
        foreach (var (metadata, body) in ArrowMessages.Split(Streams.Write(batch, times: 3)))
        {
            if (messages.Add(metadata.Span, body.Span) is not { } stream) continue;
            using var batches = ArrowBatches.Open(stream, ArrowLimits.Request);
            using var again = batches.Next()!;
            Assert.Null(batches.Next());
            Assert.Equal(batch.Length, again.Length);
            Assert.Equal([1, null, -0.5], ((DoubleArray)again.Column(0)).ToArray());
            Assert.Equal(["a", null, "ä"], ColumnReader.ReadStrings(again.Column(1), "s"));
            Assert.Equal(["two", "one", null], ColumnReader.ReadStrings(again.Column(2), "d"));
            Assert.Equal(++read, messages.Batches);
        }

        Assert.Equal(3, read);
    }

    /// <summary>Whatever comes between, what one batch is made of does not depend on the batches before it: a resent batch has the same bytes.</summary>
    [Fact]
    public void A_dictionary_replaces_its_like_and_one_that_adds_does_not()
    {
        var (schema, batch) = (Head(Messages.Schema(Messages.Field())), Head(Messages.Message(3, Messages.Batch(0, 0, [0, 0, 0, 0]))));
        var messages = New();
        Assert.Null(messages.Add(schema.Metadata, schema.Body));
        int Size() => messages.Add(batch.Metadata, batch.Body)!.Value.Length;
        void Add(long id, bool adds, int bytes)
        {
            var dictionary = Head(Messages.Message(2, Dictionary(id, adds), new byte[bytes]));
            Assert.Null(messages.Add(dictionary.Metadata, dictionary.Body));
        }

        var bare = Size();
        Add(7, adds: false, 64);
        var one = Size();
        Assert.True(one > bare + 64);
        Add(7, adds: false, 64);
        Assert.Equal(one, Size());
        Add(8, adds: false, 64);
        Assert.Equal(2 * (one - bare), Size() - bare);
        Add(7, adds: true, 64);
        Assert.Equal(3, Math.Round((Size() - bare) / (double)(one - bare)));
        Add(7, adds: false, 64);
        Assert.Equal(2 * (one - bare), Size() - bare);
        // What is kept is what every batch has before its own message.
        Assert.Equal(messages.HeldBytes, Size() - (bare - schema.Metadata.Length - 8));
    }

    /// <summary>Dictionaries are held over batches: no sender may gather them without end.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Dictionaries_do_not_pile_up(bool adds)
    {
        var schema = Head(Messages.Schema(Messages.Field()));
        var messages = New(maxBytes: 10_000);
        messages.Add(schema.Metadata, schema.Body);
        Assert.Throws<ArrowTooLargeException>(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                var dictionary = Head(Messages.Message(2, Dictionary(adds ? 0 : i, adds), new byte[1000]));
                messages.Add(dictionary.Metadata, dictionary.Body);
            }
        });

        var few = New(limits: ArrowLimits.Request with { MaxMessages = 10 });
        few.Add(schema.Metadata, schema.Body);
        Assert.Contains("more than 10 dictionaries", Assert.Throws<IntakeException>(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                var dictionary = Head(Messages.Message(2, Dictionary(adds ? 0 : i, adds)));
                few.Add(dictionary.Metadata, dictionary.Body);
            }
        }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_beyond_the_limit_is_refused_and_one_at_the_limit_is_not()
    {
        var parts = ArrowMessages.Split(Streams.Write(Streams.Batch(("x", Streams.Doubles([.. Enumerable.Range(0, 100).Select(i => (double?)i)]))))).ToArray();
        ReadOnlyMemory<byte>? Take(long maxBytes)
        {
            var messages = New(maxBytes);
            messages.Add(parts[0].Metadata.Span, parts[0].Body.Span);
            return messages.Add(parts[1].Metadata.Span, parts[1].Body.Span);
        }

        var size = Take(1 << 20)!.Value.Length;
        Assert.Equal(size, Take(size)!.Value.Length);
        Assert.Throws<ArrowTooLargeException>(() => Take(size - 1));
    }

    [Fact]
    public void What_is_out_of_order_or_torn_is_refused_with_its_place()
    {
        var schema = Head(Messages.Schema(Messages.Field()));
        var batch = Head(Messages.Message(3, Messages.Batch(0, 0, [0, 0, 0, 0])));
        var tensor = Head(Messages.Message(4, []));
        Refused("message 1 at byte 0: the stream does not start with a schema", New(), batch);
        Refused("message 2 at byte 0: a second schema", After(schema), schema);
        Refused("message 2 at byte 0: a message of kind 4", After(schema), tensor);
        Refused("message 2 at byte 0: a dictionary without content", After(schema), (new Flat { [0] = (short)4, [1] = (byte)2, [3] = 0L }.ToBytes(), []));
        Refused("a body of 8 bytes where its metadata say 0", After(schema), (batch.Metadata, new byte[8]));
        Refused("big-endian", New(), Head(Messages.BigEndianSchema()));
        Refused("corrupt metadata", New(), ([1, 2], []));

        static ArrowMessages After((byte[] Metadata, byte[] Body) first)
        {
            var messages = New();
            messages.Add(first.Metadata, first.Body);
            return messages;
        }

        static void Refused(string what, ArrowMessages messages, (byte[] Metadata, byte[] Body) message)
        {
            var fault = Assert.Throws<IntakeException>(() => messages.Add(message.Metadata, message.Body));
            Assert.Contains(what, fault.Message, StringComparison.Ordinal);
            Assert.True(fault.Malformed);
        }
    }

    private static (byte[] Metadata, byte[] Body) Head(byte[] message)
    {
        var (metadata, body) = Assert.Single(ArrowMessages.Split(message));
        return (metadata.ToArray(), body.ToArray());
    }

    private static Flat Dictionary(long id, bool adds)
    {
        var dictionary = new Flat { [0] = id, [1] = Messages.Batch(0, 0, [0, 0, 0, 0]) };
        if (adds) dictionary[2] = (byte)1;
        return dictionary;
    }
}
