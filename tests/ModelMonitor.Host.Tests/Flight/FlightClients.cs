using Apache.Arrow;
using Apache.Arrow.Flight;
using Apache.Arrow.Flight.Client;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Wire = ModelMonitor.Host.Flight.Protocol;

namespace ModelMonitor.Host.Tests.Flight;

/// <summary>Apache Arrow's own client, and below it the bare calls, for what no client would send.</summary>
internal sealed class FlightClients(Uri address) : IDisposable
{
    private static readonly Method<Wire.FlightData, Wire.PutResult> s_put = new(
        MethodType.DuplexStreaming, "arrow.flight.protocol.FlightService", "DoPut", MarshallerOf(Wire.FlightData.Parser), MarshallerOf(Wire.PutResult.Parser));

    private readonly GrpcChannel _channel = GrpcChannel.ForAddress(address, new() { MaxReceiveMessageSize = null, MaxSendMessageSize = null });

    public FlightClient Arrow => new(_channel);

    public static FlightDescriptor Descriptor(params string[] path) => FlightDescriptor.CreatePathDescriptor(path);

    public static Wire.FlightDescriptor Path(params string[] path) => new() { Type = Wire.FlightDescriptor.Types.DescriptorType.Path, Path = { path } };

    /// <summary>Sends batches, each with its key, and returns the JSON of each acknowledgement.</summary>
    public async Task<IReadOnlyList<string>> PutAsync(FlightDescriptor descriptor, IEnumerable<(RecordBatch Batch, string? Key)> batches)
    {
        using var call = Arrow.StartPut(descriptor);
        var answers = new List<string>();
        foreach (var (batch, key) in batches)
        {
            await (key is null ? call.RequestStream.WriteAsync(batch) : call.RequestStream.WriteAsync(batch, ByteString.CopyFromUtf8(key)));
            // The acknowledgement of each batch comes before the next is sent.
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            answers.Add(call.ResponseStream.Current.ApplicationMetadata.ToStringUtf8());
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        return answers;
    }

    /// <summary>Sends messages as they are.</summary>
    /// <param name="open">Given: the call stays open after them until this is cancelled.</param>
    /// <returns>The acknowledgements that came, and how the call ended.</returns>
    public async Task<(IReadOnlyList<string> Answers, Status Status)> PutRawAsync(IEnumerable<Wire.FlightData> messages, CancellationToken open = default)
    {
        using var call = _channel.CreateCallInvoker().AsyncDuplexStreamingCall(s_put, null, new(cancellationToken: TestContext.Current.CancellationToken));
        var answers = new List<string>();
        try
        {
            try
            {
                foreach (var message in messages) await call.RequestStream.WriteAsync(message, TestContext.Current.CancellationToken);
                if (open.CanBeCanceled) await Task.WhenAny(call.ResponseHeadersAsync.ContinueWith(_ => { }, TaskScheduler.Default), Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, open));
                await call.RequestStream.CompleteAsync();
            }
            catch (Exception e) when (e is RpcException or InvalidOperationException)
            {
                // The server has ended the call; what it said comes below.
            }

            while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken)) answers.Add(call.ResponseStream.Current.AppMetadata.ToStringUtf8());
            return (answers, call.GetStatus());
        }
        catch (RpcException e)
        {
            return (answers, e.Status);
        }
    }

    public void Dispose() => _channel.Dispose();

    private static Marshaller<T> MarshallerOf<T>(MessageParser<T> parser)
        where T : IMessage<T> => Marshallers.Create(message => message.ToByteArray(), parser.ParseFrom);
}
