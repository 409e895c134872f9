using Google.Protobuf;
using Grpc.Core;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Flight.Protocol;
using ModelMonitor.Host.Intake;

namespace ModelMonitor.Host.Flight;

/// <summary>
/// Arrow Flight: one record batch is one delivery, all or nothing, acknowledged after its commit. A batch's application metadata are its
/// idempotency key; an acknowledgement's are the JSON that HTTP would answer with.
/// </summary>
internal sealed class FlightService(FlightDirectory directory, DeliveryIntake intake, BodyBudget budget, MonitorOptions options, IHostApplicationLifetime lifetime)
    : Protocol.FlightService.FlightServiceBase
{
    private const string Served = "a monitor serves DoPut, DoExchange, ListFlights and GetFlightInfo";

    /// <summary>Every flight, or with a criterion those of the model that it names.</summary>
    public override async Task ListFlights(Criteria request, IServerStreamWriter<FlightInfo> responseStream, ServerCallContext context)
    {
        var model = request.Expression.IsEmpty ? null : request.Expression.ToStringUtf8();
        foreach (var info in directory.All(model)) await responseStream.WriteAsync(info, context.CancellationToken).ConfigureAwait(false);
    }

    public override Task<FlightInfo> GetFlightInfo(FlightDescriptor request, ServerCallContext context) => Task.FromResult(directory.Find(request));

    /// <summary>Takes predictions or labels; each batch is acknowledged when it is committed, in order.</summary>
    public override Task DoPut(IAsyncStreamReader<FlightData> requestStream, IServerStreamWriter<PutResult> responseStream, ServerCallContext context) =>
        TakeAsync(requestStream, scores: false, answer => responseStream.WriteAsync(new PutResult { AppMetadata = MetadataOf(answer) }, context.CancellationToken), context);

    /// <summary>Takes predictions as <see cref="DoPut"/> does and sends back their scores, a batch for each batch.</summary>
    public override Task DoExchange(IAsyncStreamReader<FlightData> requestStream, IServerStreamWriter<FlightData> responseStream, ServerCallContext context)
    {
        var scores = new ScoreStream(responseStream);
        return TakeAsync(requestStream, scores: true, answer => scores.WriteAsync(answer.Scores, MetadataOf(answer), context.CancellationToken), context);
    }

    public override Task Handshake(IAsyncStreamReader<HandshakeRequest> requestStream, IServerStreamWriter<HandshakeResponse> responseStream, ServerCallContext context) => throw Unimplemented(context);

    public override Task<PollInfo> PollFlightInfo(FlightDescriptor request, ServerCallContext context) => throw Unimplemented(context);

    public override Task<SchemaResult> GetSchema(FlightDescriptor request, ServerCallContext context) => throw Unimplemented(context);

    public override Task DoGet(Ticket request, IServerStreamWriter<FlightData> responseStream, ServerCallContext context) => throw Unimplemented(context);

    public override Task DoAction(Protocol.Action request, IServerStreamWriter<Result> responseStream, ServerCallContext context) => throw Unimplemented(context);

    public override Task ListActions(Empty request, IServerStreamWriter<ActionType> responseStream, ServerCallContext context) => throw Unimplemented(context);

    private static RpcException Unimplemented(ServerCallContext context) => FlightErrors.Of(StatusCode.Unimplemented, $"{context.Method[(context.Method.LastIndexOf('/') + 1)..]} is not served: {Served}.");

    private static ByteString MetadataOf(DeliveryAnswer answer) => ByteString.CopyFromUtf8(ReplyJson.Write(answer.Reply!));

    /// <param name="scores">Whether answers hold scores.</param>
    /// <param name="answer">Sends what became of a batch back.</param>
    private async Task TakeAsync(IAsyncStreamReader<FlightData> requests, bool scores, Func<DeliveryAnswer, Task> answer, ServerCallContext context)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        var messages = new ArrowMessages(intake.Limits, options.Ingest.MaxRequestBytes);
        // What a call keeps for batches to come counts as long as it is open.
        using var kept = budget.TryHold(0)!;
        FlightDescriptor? descriptor = null;
        for (var first = true; await NextAsync(requests, ending.Token).ConfigureAwait(false) is { } message; first = false)
        {
            if (first) descriptor = message.FlightDescriptor;
            // Looked up for each batch: another version may serve by then.
            var (model, stream) = directory.Resolve(descriptor);
            if (scores && stream != Streams.Predictions)
                throw FlightErrors.Of(StatusCode.InvalidArgument, $"Only {Streams.Predictions} have scores to exchange for; send {stream} with DoPut.");
            var assembled = Assemble(messages, message, model, stream);
            if (!kept.TryResize(messages.HeldBytes)) throw FlightErrors.Of(intake.Overloaded(model, stream, 1), messages.Batches);
            if (assembled is not { } body)
            {
                // It would be lost in silence.
                if (!message.AppMetadata.IsEmpty) throw FlightErrors.Of(StatusCode.InvalidArgument, "Application metadata are the idempotency key of a record batch, and come with it.");
                continue;
            }

            var key = KeyOf(message, messages.Batches);
            using var held = budget.TryHold(body.Length);
            var taken = held is null ? intake.Overloaded(model, stream, 1) : await intake.TakeAsync(model, stream, body, DeliveryIntake.ArrowStream, key, scores).ConfigureAwait(false);
            if (taken.Refusal is { } refusal) throw FlightErrors.Of(refusal, messages.Batches);
            await answer(taken).ConfigureAwait(false);
        }
    }

    /// <returns>The stream of the record batch that the message is; null: a schema, a dictionary, or a descriptor alone, which may come before the schema.</returns>
    private ReadOnlyMemory<byte>? Assemble(ArrowMessages messages, FlightData message, MonitoredModel model, string stream)
    {
        if (message.DataHeader.IsEmpty && message.DataBody.IsEmpty) return null;
        try
        {
            return messages.Add(message.DataHeader.Span, message.DataBody.Span);
        }
        catch (IntakeException e)
        {
            throw FlightErrors.Of(intake.Malformed(model, stream, e));
        }
        catch (ArrowTooLargeException)
        {
            throw FlightErrors.Of(intake.TooLarge(model, stream), messages.Batches);
        }
    }

    private static string? KeyOf(FlightData message, int batch)
    {
        if (message.AppMetadata.IsEmpty) return null;
        var key = message.AppMetadata.ToStringUtf8();
        return DeliveryIntake.IsKey(key) ? key : throw FlightErrors.Of(StatusCode.InvalidArgument, $"batch {batch} of this call: its application metadata are its idempotency key, {DeliveryIntake.KeyForm}.");
    }

    /// <summary>The next message; null after the last.</summary>
    private async Task<FlightData?> NextAsync(IAsyncStreamReader<FlightData> requests, CancellationToken ending)
    {
        try
        {
            return await requests.MoveNext(ending).ConfigureAwait(false) ? requests.Current : null;
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw FlightErrors.Of(StatusCode.Unavailable, "The monitor is stopping; what was acknowledged is committed.");
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Nobody to answer, and no fault of the monitor.
            throw FlightErrors.Of(StatusCode.Cancelled, "The sender is gone; what was acknowledged is committed.");
        }
    }
}
