using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using ModelMonitor.Host.Intake;

namespace ModelMonitor.Host.Flight;

/// <summary>A request's body whose buffered bytes count against the budget of all deliveries. Not safe for concurrent calls, as its like.</summary>
internal sealed class HeldBody(PipeReader inner, BodyBudget budget) : PipeReader, IRequestBodyPipeFeature, IDisposable
{
    private readonly BodyBudget.Hold _hold = new(budget);
    private ReadOnlySequence<byte> _buffered;

    PipeReader IRequestBodyPipeFeature.Reader => this;

    /// <exception cref="Grpc.Core.RpcException">There is no room for what has been sent.</exception>
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => Held(await inner.ReadAsync(cancellationToken).ConfigureAwait(false));

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result)) return false;
        Held(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _hold.TryResize(_buffered.Slice(consumed).Length);
        _buffered = default;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public void Dispose() => _hold.Dispose();

    private ReadResult Held(ReadResult result)
    {
        _buffered = result.Buffer;
        if (_hold.TryResize(result.Buffer.Length)) return result;
        inner.AdvanceTo(result.Buffer.End);
        throw FlightErrors.Of(new Refusal(RefusalKind.Overloaded, "Too many large batches are being sent at once. Send this one again later."));
    }
}
