namespace ModelMonitor.Host.Http;

/// <summary>Reads a request's body whole.</summary>
internal static class RequestBody
{
    /// <summary>What is set aside before the first byte: a claimed length alone must not cost memory.</summary>
    private const int FirstBytes = 1 << 20;

    /// <returns>Null where the body is larger than the limit; not more than the limit was ever held.</returns>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, long limit)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.ContentLength > limit) return null;
        var most = (int)Math.Min(request.ContentLength ?? limit, Array.MaxLength);
        var buffer = new byte[Math.Min(most, FirstBytes)];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length == most) break;
                Array.Resize(ref buffer, (int)Math.Min(most, buffer.Length * 2L));
            }

            var read = await request.Body.ReadAsync(buffer.AsMemory(length), request.HttpContext.RequestAborted).ConfigureAwait(false);
            if (read == 0) return buffer.AsMemory(0, length);
            length += read;
        }

        // Full: the body must end here.
        var beyond = await request.Body.ReadAsync(new byte[1], request.HttpContext.RequestAborted).ConfigureAwait(false);
        return beyond == 0 ? buffer.AsMemory(0, length) : null;
    }
}
