using Google.Protobuf;
using Grpc.Core;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Host.Flight.Protocol;

namespace ModelMonitor.Host.Flight;

/// <summary>Scores on their way back: a schema once, then a record batch for each batch that was sent.</summary>
internal sealed class ScoreStream(IServerStreamWriter<FlightData> responses)
{
    private ReadOnlyMemory<byte>? _schema;

    /// <param name="stream">An Arrow stream of one batch.</param>
    /// <param name="metadata">Goes with the batch.</param>
    /// <exception cref="RpcException">The scores have other columns than before: the model changed while the call was open.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> stream, ByteString metadata, CancellationToken cancellationToken)
    {
        var first = true;
        foreach (var (header, body) in ArrowMessages.Split(stream))
        {
            var isSchema = first;
            first = false;
            if (isSchema && _schema is { } sent)
            {
                if (sent.Span.SequenceEqual(header.Span)) continue;
                throw FlightErrors.Of(StatusCode.Aborted, "The model's scores have other columns now; the batch is committed. Open the call again.");
            }

            if (isSchema) _schema = header;
            var message = new FlightData { DataHeader = UnsafeByteOperations.UnsafeWrap(header), DataBody = UnsafeByteOperations.UnsafeWrap(body) };
            if (!isSchema) message.AppMetadata = metadata;
            await responses.WriteAsync(message, cancellationToken).ConfigureAwait(false);
        }
    }
}
