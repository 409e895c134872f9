using System.Numerics;

namespace ModelMonitor.Core.Kernels;

/// <summary>Float64 bounds as bounds of a narrower type that say the same of each of its values.</summary>
internal static class Rounded
{
    /// <summary>The greatest T that is not above the value: for every x of T, x is above one where it is above the other.</summary>
    public static T Down<T>(double value)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var near = T.CreateTruncating(value);
        return double.CreateTruncating(near) > value ? T.BitDecrement(near) : near;
    }

    /// <summary>The least T that is not below the value.</summary>
    public static T Up<T>(double value)
        where T : unmanaged, IFloatingPointIeee754<T> => -Down<T>(-value);
}
