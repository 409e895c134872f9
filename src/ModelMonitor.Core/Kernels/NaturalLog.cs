using System.Runtime.Intrinsics;

namespace ModelMonitor.Core.Kernels;

/// <summary>ln x, the same bits one by one and four at a time: the C library's has others.</summary>
internal static class NaturalLog
{
    public static double Of(double x) => Vector128.Log(Vector128.CreateScalar(x)).ToScalar();

    public static Vector256<double> Of(Vector256<double> x) => Vector256.Log(x);
}
